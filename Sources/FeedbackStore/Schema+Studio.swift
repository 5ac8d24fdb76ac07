/// The tables of the Studio.
///
/// Tasks and answers are only ever added. What changes as people come and go, the queue, the slots and the drafts, can
/// be lost without losing what anybody said.
extension Schema {
  static let studioKept = ["tasks", "items", "answers", "authors", "audit"]

  static let studio = """
    CREATE TABLE criteria (
      name TEXT PRIMARY KEY,
      title TEXT NOT NULL,
      question TEXT NOT NULL,
      lowest REAL NOT NULL,
      highest REAL NOT NULL,
      origin TEXT NOT NULL CHECK (origin IN ('domain', 'user')),
      created INTEGER NOT NULL,
      CHECK (lowest < highest)
    ) STRICT;

    CREATE TABLE media (
      sha256 TEXT PRIMARY KEY CHECK (length(sha256) = 64),
      type TEXT NOT NULL,
      bytes INTEGER NOT NULL,
      width INTEGER,
      height INTEGER,
      duration REAL,
      loudness REAL,
      peak REAL,
      peaks TEXT NOT NULL,
      created INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE presentations (
      id INTEGER PRIMARY KEY,
      prompt INTEGER UNIQUE REFERENCES prompts (id),
      artifact INTEGER UNIQUE REFERENCES artifacts (id),
      blocks TEXT NOT NULL,
      CHECK ((prompt IS NULL) <> (artifact IS NULL))
    ) STRICT;

    CREATE TABLE tasks (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL,
      kind TEXT NOT NULL CHECK (kind IN ('pair', 'ranking', 'rating', 'labels', 'realOrGenerated',
        'comment', 'demonstration', 'review')),
      criteria TEXT NOT NULL,
      prompt INTEGER NOT NULL REFERENCES prompts (id),
      labels TEXT NOT NULL,
      question TEXT,
      overlap INTEGER NOT NULL CHECK (overlap > 0),
      gold TEXT,
      repeatOf INTEGER REFERENCES tasks (id),
      subject INTEGER REFERENCES answers (id),
      origin TEXT NOT NULL,
      round INTEGER NOT NULL,
      created INTEGER NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX tasks_name ON tasks (name);
    CREATE UNIQUE INDEX tasks_repeats ON tasks (repeatOf);
    CREATE INDEX tasks_subject ON tasks (subject) WHERE subject IS NOT NULL;

    CREATE TABLE items (
      task INTEGER NOT NULL REFERENCES tasks (id),
      position INTEGER NOT NULL,
      artifact INTEGER NOT NULL REFERENCES artifacts (id),
      PRIMARY KEY (task, position)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX items_artifact ON items (artifact);

    CREATE TABLE queue (
      task INTEGER PRIMARY KEY REFERENCES tasks (id),
      lane TEXT NOT NULL CHECK (lane IN ('work', 'gold', 'repetition', 'review')),
      priority REAL NOT NULL,
      ticket INTEGER NOT NULL,
      free INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX queue_priority ON queue (lane, priority DESC, ticket) WHERE free > 0;
    CREATE INDEX queue_ticket ON queue (lane, ticket) WHERE free > 0;

    CREATE TABLE lanes (lane TEXT PRIMARY KEY, open INTEGER NOT NULL) STRICT;
    INSERT INTO lanes VALUES ('work', 0), ('gold', 0), ('repetition', 0), ('review', 0);
    CREATE TRIGGER queue_open AFTER INSERT ON queue WHEN NEW.free > 0 BEGIN
      UPDATE lanes SET open = open + 1 WHERE lane = NEW.lane;
    END;
    CREATE TRIGGER queue_change AFTER UPDATE OF free ON queue
    WHEN (OLD.free > 0) <> (NEW.free > 0) BEGIN
      UPDATE lanes SET open = open + iif(NEW.free > 0, 1, -1) WHERE lane = NEW.lane;
    END;

    CREATE TABLE hands (
      rater INTEGER PRIMARY KEY REFERENCES raters (id),
      work INTEGER NOT NULL,
      gold INTEGER NOT NULL,
      repetition INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE slots (
      id INTEGER PRIMARY KEY,
      lease TEXT NOT NULL,
      task INTEGER NOT NULL REFERENCES tasks (id),
      rater INTEGER NOT NULL REFERENCES raters (id),
      lane TEXT NOT NULL,
      turn INTEGER NOT NULL,
      shown TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('held', 'answered', 'surplus', 'lapsed')),
      expires INTEGER NOT NULL,
      created INTEGER NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX slots_lease ON slots (lease);
    CREATE UNIQUE INDEX slots_once ON slots (task, rater) WHERE state <> 'lapsed';
    CREATE INDEX slots_task ON slots (task);
    CREATE INDEX slots_rater ON slots (rater, state, lane);
    CREATE INDEX slots_expiry ON slots (expires) WHERE state = 'held';
    CREATE TRIGGER slots_take AFTER INSERT ON slots WHEN NEW.state IN ('held', 'answered') BEGIN
      UPDATE queue SET free = free - 1 WHERE task = NEW.task;
    END;
    CREATE TRIGGER slots_change AFTER UPDATE OF state ON slots
    WHEN (OLD.state IN ('held', 'answered')) <> (NEW.state IN ('held', 'answered')) BEGIN
      UPDATE queue SET free = free + iif(NEW.state IN ('held', 'answered'), -1, 1)
      WHERE task = NEW.task;
    END;

    CREATE TABLE answers (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL,
      task INTEGER NOT NULL REFERENCES tasks (id),
      rater INTEGER NOT NULL REFERENCES raters (id),
      slot INTEGER NOT NULL REFERENCES slots (id),
      kind TEXT NOT NULL,
      content TEXT NOT NULL,
      shown TEXT NOT NULL,
      behaviour TEXT NOT NULL,
      digest BLOB NOT NULL,
      isSurplus INTEGER NOT NULL,
      started INTEGER NOT NULL,
      submitted INTEGER NOT NULL,
      created INTEGER NOT NULL,
      supersedes INTEGER REFERENCES answers (id),
      line TEXT NOT NULL,
      hash BLOB NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX answers_name ON answers (name);
    CREATE UNIQUE INDEX answers_supersedes ON answers (supersedes);
    CREATE UNIQUE INDEX answers_once ON answers (task, rater) WHERE supersedes IS NULL;
    CREATE INDEX answers_task ON answers (task);
    CREATE INDEX answers_rater ON answers (rater);

    CREATE TABLE authors (
      id INTEGER PRIMARY KEY,
      demonstration INTEGER NOT NULL REFERENCES demonstrations (id),
      rater INTEGER NOT NULL REFERENCES raters (id),
      stands INTEGER NOT NULL CHECK (stands IN (0, 1)),
      created INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX authors_demonstration ON authors (demonstration, rater);

    CREATE TABLE drafts (
      task INTEGER NOT NULL REFERENCES tasks (id),
      rater INTEGER NOT NULL REFERENCES raters (id),
      content TEXT NOT NULL,
      saved INTEGER NOT NULL,
      PRIMARY KEY (task, rater)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE accounts (
      rater INTEGER PRIMARY KEY REFERENCES raters (id),
      role TEXT NOT NULL CHECK (role IN ('owner', 'reviewer', 'rater')),
      isActive INTEGER NOT NULL CHECK (isActive IN (0, 1)),
      password TEXT,
      created INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE invitations (
      id INTEGER PRIMARY KEY,
      token BLOB NOT NULL,
      role TEXT NOT NULL CHECK (role IN ('owner', 'reviewer', 'rater')),
      name TEXT,
      uses INTEGER NOT NULL,
      expires INTEGER NOT NULL,
      created INTEGER NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX invitations_token ON invitations (token);

    CREATE TABLE sessions (
      token BLOB PRIMARY KEY,
      csrf BLOB NOT NULL,
      rater INTEGER NOT NULL REFERENCES accounts (rater),
      created INTEGER NOT NULL,
      seen INTEGER NOT NULL,
      expires INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX sessions_rater ON sessions (rater);

    CREATE TABLE audit (
      id INTEGER PRIMARY KEY,
      at INTEGER NOT NULL,
      actor TEXT NOT NULL,
      action TEXT NOT NULL,
      target TEXT NOT NULL,
      details TEXT NOT NULL,
      line TEXT NOT NULL,
      hash BLOB NOT NULL
    ) STRICT;
    """
}
