import Foundation
import GRDB
import RLHFCore

/// What SQLite said, without statements and without data.
struct SQLiteFailure: Error, CustomStringConvertible {
  let code: Int32
  let message: String

  var description: String { "SQLite error \(code): \(message)" }
}

/// The error for a person that stands for a failure of the database called `name`.
func storeFailure(_ error: DatabaseError, _ name: String) -> RLHFError {
  let cause = SQLiteFailure(
    code: error.extendedResultCode.rawValue, message: error.message ?? "no message")
  let message: String
  switch error.resultCode {
  case .SQLITE_FULL:
    return RLHFError(
      .storageFull,
      "there is no room to write \(name); nothing was added. Free some space and repeat.",
      cause: cause)
  case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH:
    message = "\(name) cannot be written; expected a file and a folder with permission to write."
  case .SQLITE_CANTOPEN:
    message =
      "\(name) cannot be opened; expected a folder there, with permission to read and write."
  case .SQLITE_NOTADB:
    return RLHFError(
      .invalidData, "\(name) is not a feedback store; expected an SQLite database.", cause: cause)
  case .SQLITE_CORRUPT:
    return RLHFError(
      .invalidData,
      "\(name) is damaged. Restore it from a copy, or save what is left with `sqlite3 … .recover`.",
      cause: cause)
  case .SQLITE_BUSY, .SQLITE_LOCKED:
    message = "\(name) is being written by another process; repeat when that is done."
  default:
    message = "\(name) could not be read or written"
  }
  return RLHFError(.inputOutput, message, cause: cause)
}
