import GRDB

/// The tables of the store.
///
/// A migration that was published is never edited; changes are new migrations.
enum Schema {
  /// Written into the file's header ("RLHF"), so that a file of another program is not taken for a store.
  static let applicationID: Int32 = 0x524c_4846

  static let migrator: DatabaseMigrator = {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1-feedback") { db in
      try db.execute(sql: "PRAGMA application_id = \(applicationID)")
      try db.execute(sql: tables)
      try keep(
        ["prompts", "artifacts", "demonstrations", "comparisons", "judgments", "imports"], in: db)
    }
    migrator.registerMigration("2-rankings-and-ratings") { db in
      try db.execute(sql: scales)
      try keep(["rankings", "places", "ratings"], in: db)
    }
    migrator.registerMigration("3-studio") { db in
      try db.execute(sql: studio)
      try keep(studioKept, in: db)
      try KeyedHash.drawSecret(db)
    }
    migrator.registerMigration("4-particulars") { db in
      try db.execute(sql: particulars)
      try keep(["particulars"], in: db)
    }
    migrator.registerMigration("5-counts") { try $0.execute(sql: counts) }
    return migrator
  }()

  /// Refuses to change or delete rows of `tables`.
  private static func keep(_ tables: [String], in db: Database) throws {
    for table in tables {
      for event in ["UPDATE", "DELETE"] {
        try db.execute(
          sql: """
            CREATE TRIGGER \(table)_no_\(event.lowercased()) BEFORE \(event) ON \(table) BEGIN
              SELECT RAISE(ABORT, 'feedback is only ever added');
            END
            """)
      }
    }
  }

  /// What an imported file says of a judgment, a ranking or a rating beside it.
  private static let particulars = """
    CREATE TABLE particulars (
      opinion TEXT NOT NULL CHECK (opinion IN ('judgments', 'rankings', 'ratings')),
      row INTEGER NOT NULL,
      said INTEGER,
      seconds REAL,
      shown TEXT,
      comment TEXT,
      PRIMARY KEY (opinion, row)
    ) STRICT, WITHOUT ROWID;
    """

  private static let scales = """
    CREATE TABLE rankings (
      id INTEGER PRIMARY KEY,
      prompt INTEGER NOT NULL REFERENCES prompts (id),
      rater INTEGER NOT NULL REFERENCES raters (id),
      criterion TEXT NOT NULL,
      topCount INTEGER,
      confidence REAL NOT NULL,
      subject TEXT NOT NULL,
      content TEXT NOT NULL,
      origin TEXT NOT NULL,
      round INTEGER NOT NULL,
      supersedes INTEGER REFERENCES rankings (id),
      created INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX rankings_subject ON rankings (subject, rater, criterion);
    CREATE UNIQUE INDEX rankings_supersedes ON rankings (supersedes);

    CREATE TABLE places (
      ranking INTEGER NOT NULL REFERENCES rankings (id),
      place INTEGER NOT NULL,
      artifact INTEGER NOT NULL REFERENCES artifacts (id),
      PRIMARY KEY (ranking, place)
    ) STRICT;

    CREATE TABLE ratings (
      id INTEGER PRIMARY KEY,
      artifact INTEGER NOT NULL REFERENCES artifacts (id),
      rater INTEGER NOT NULL REFERENCES raters (id),
      criterion TEXT NOT NULL,
      value REAL NOT NULL,
      lowest REAL NOT NULL,
      highest REAL NOT NULL,
      confidence REAL NOT NULL,
      subject TEXT NOT NULL,
      content TEXT NOT NULL,
      origin TEXT NOT NULL,
      round INTEGER NOT NULL,
      supersedes INTEGER REFERENCES ratings (id),
      created INTEGER NOT NULL,
      CHECK (lowest < highest AND value BETWEEN lowest AND highest)
    ) STRICT;
    CREATE INDEX ratings_subject ON ratings (subject, rater, criterion);
    CREATE UNIQUE INDEX ratings_supersedes ON ratings (supersedes);
    """

  private static let tables = """
    CREATE TABLE properties (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

    CREATE TABLE prompts (
      id INTEGER PRIMARY KEY,
      hash BLOB NOT NULL,
      payload TEXT NOT NULL,
      split TEXT NOT NULL CHECK (split IN ('train', 'heldout')),
      source TEXT NOT NULL,
      created INTEGER NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX prompts_content ON prompts (hash);

    CREATE TABLE artifacts (
      id INTEGER PRIMARY KEY,
      prompt INTEGER NOT NULL REFERENCES prompts (id),
      hash BLOB NOT NULL,
      payload TEXT NOT NULL,
      origin TEXT NOT NULL,
      round INTEGER NOT NULL,
      created INTEGER NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX artifacts_content ON artifacts (prompt, hash);

    CREATE TABLE demonstrations (
      id INTEGER PRIMARY KEY,
      artifact INTEGER NOT NULL REFERENCES artifacts (id),
      source TEXT NOT NULL,
      created INTEGER NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX demonstrations_content ON demonstrations (artifact);

    CREATE TABLE comparisons (
      id INTEGER PRIMARY KEY,
      prompt INTEGER NOT NULL REFERENCES prompts (id),
      first INTEGER NOT NULL REFERENCES artifacts (id),
      second INTEGER NOT NULL REFERENCES artifacts (id),
      origin TEXT NOT NULL,
      round INTEGER NOT NULL,
      created INTEGER NOT NULL,
      CHECK (first <> second)
    ) STRICT;
    CREATE UNIQUE INDEX comparisons_content ON comparisons (first, second, round);

    CREATE TABLE raters (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL,
      kind TEXT NOT NULL CHECK (kind IN ('person', 'scripted', 'model', 'imported')),
      created INTEGER NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX raters_name ON raters (name);

    CREATE TABLE judgments (
      id INTEGER PRIMARY KEY,
      comparison INTEGER NOT NULL REFERENCES comparisons (id),
      rater INTEGER NOT NULL REFERENCES raters (id),
      criterion TEXT NOT NULL,
      verdict TEXT NOT NULL CHECK (verdict IN ('first', 'second', 'tie', 'bothBad', 'skip')),
      label REAL,
      margin REAL,
      confidence REAL NOT NULL,
      supersedes INTEGER REFERENCES judgments (id),
      created INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX judgments_content ON judgments (comparison, rater, criterion);
    CREATE UNIQUE INDEX judgments_supersedes ON judgments (supersedes);

    CREATE TABLE imports (
      id INTEGER PRIMARY KEY,
      file TEXT NOT NULL,
      hash BLOB NOT NULL,
      summary TEXT NOT NULL,
      created INTEGER NOT NULL
    ) STRICT;
    """
}
