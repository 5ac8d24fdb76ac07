/// What is counted as people come and go, so that nobody waits longer the more they answered.
///
/// A slot is `held` or, beyond the overlap, `spare` while its lease lasts, then `answered`, `surplus` or `skipped`, or
/// `lapsed` where it went back. Only `held` and `answered` take one of the places of a task.
extension Schema {
  static let counts = """
    CREATE TABLE slots_new (
      id INTEGER PRIMARY KEY,
      lease TEXT NOT NULL,
      task INTEGER NOT NULL REFERENCES tasks (id),
      rater INTEGER NOT NULL REFERENCES raters (id),
      lane TEXT NOT NULL,
      turn INTEGER NOT NULL,
      shown TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN
        ('held', 'spare', 'answered', 'surplus', 'skipped', 'lapsed')),
      expires INTEGER NOT NULL,
      created INTEGER NOT NULL
    ) STRICT;
    INSERT INTO slots_new SELECT * FROM slots;
    DROP TABLE slots;
    ALTER TABLE slots_new RENAME TO slots;
    CREATE UNIQUE INDEX slots_lease ON slots (lease);
    CREATE UNIQUE INDEX slots_once ON slots (task, rater) WHERE state <> 'lapsed';
    CREATE INDEX slots_task ON slots (task);
    CREATE INDEX slots_rater ON slots (rater, state, lane);
    CREATE INDEX slots_expiry ON slots (expires) WHERE state IN ('held', 'spare');

    CREATE TABLE retired (
      task INTEGER PRIMARY KEY REFERENCES tasks (id),
      created INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE tallies (
      rater INTEGER PRIMARY KEY REFERENCES raters (id),
      answered INTEGER NOT NULL DEFAULT 0,
      kept INTEGER NOT NULL DEFAULT 0,
      covered INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    INSERT INTO tallies (rater, answered, kept, covered)
    SELECT rater, sum(state IN ('answered', 'surplus', 'skipped')), sum(state IN ('held', 'spare')),
      sum(slots.lane = 'work' AND free > 0)
    FROM slots JOIN queue ON queue.task = slots.task WHERE state <> 'lapsed' GROUP BY rater;

    CREATE TRIGGER slots_take AFTER INSERT ON slots BEGIN
      INSERT OR IGNORE INTO tallies (rater) VALUES (NEW.rater);
      \(count("+", "NEW"))
      UPDATE queue SET free = free - 1 WHERE task = NEW.task AND \(takesPlace("NEW"));
    END;
    CREATE TRIGGER slots_change AFTER UPDATE OF state ON slots WHEN OLD.state <> NEW.state BEGIN
      \(count("-", "OLD"))
      \(count("+", "NEW"))
      UPDATE queue SET free = free + \(takesPlace("OLD")) - \(takesPlace("NEW"))
      WHERE task = NEW.task AND \(takesPlace("OLD")) <> \(takesPlace("NEW"));
    END;
    CREATE TRIGGER queue_cover AFTER UPDATE OF free ON queue
    WHEN NEW.lane = 'work' AND (OLD.free > 0) <> (NEW.free > 0) BEGIN
      UPDATE tallies SET covered = covered + iif(NEW.free > 0, 1, -1)
      WHERE rater IN (SELECT rater FROM slots WHERE task = NEW.task AND state <> 'lapsed');
    END;
    """

  private static func takesPlace(_ slot: String) -> String {
    "(\(slot).state IN ('held', 'answered'))"
  }

  /// Counts a slot, with the places of its task as they are before it takes one or gives one back.
  private static func count(_ sign: String, _ slot: String) -> String {
    """
    UPDATE tallies SET
      answered = answered \(sign) (\(slot).state IN ('answered', 'surplus', 'skipped')),
      kept = kept \(sign) (\(slot).state IN ('held', 'spare')),
      covered = covered \(sign) (\(slot).state <> 'lapsed' AND \(slot).lane = 'work'
        AND EXISTS (SELECT 1 FROM queue WHERE task = \(slot).task AND free > 0))
    WHERE rater = \(slot).rater;
    """
  }
}
