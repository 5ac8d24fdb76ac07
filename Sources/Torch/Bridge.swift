import CTorch

/// Where a function of the C interface stores the message of its failure.
typealias ErrorSlot = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

/// Calls `body` and returns the tensor that it makes.
///
/// A failure is a mistake in the program, such as shapes that do not fit: it ends the process with
/// one message that names `operation` and the `operands`. Release builds print it as well, which is
/// why this is a `fatalError`.
@inline(__always)
func make(
  _ operation: @autoclosure () -> String, _ operands: @autoclosure () -> [Tensor],
  _ body: (ErrorSlot) -> ct_tensor?
) -> Tensor {
  Tensor(handle: makeHandle(operation(), operands(), body))
}

/// Calls `body` and returns the handle that it makes.
@inline(__always)
func makeHandle(
  _ operation: @autoclosure () -> String, _ operands: @autoclosure () -> [Tensor],
  _ body: (ErrorSlot) -> ct_tensor?
) -> ct_tensor {
  var message: UnsafeMutablePointer<CChar>?
  guard let handle = body(&message) else {
    fatalError(mistake(operation(), operands(), take(message)))
  }
  return handle
}

/// Calls `body`, which stores two tensors.
@inline(__always)
func makePair(
  _ operation: @autoclosure () -> String, _ operands: @autoclosure () -> [Tensor],
  _ body: (
    UnsafeMutablePointer<ct_tensor?>, UnsafeMutablePointer<ct_tensor?>, ErrorSlot
  ) -> Bool
) -> (Tensor, Tensor) {
  var message: UnsafeMutablePointer<CChar>?
  var first: ct_tensor?
  var second: ct_tensor?
  guard body(&first, &second, &message), let first, let second else {
    fatalError(mistake(operation(), operands(), take(message)))
  }
  return (Tensor(handle: first), Tensor(handle: second))
}

/// Calls `body`, which changes operands or settings.
@inline(__always)
func run(
  _ operation: @autoclosure () -> String, _ operands: @autoclosure () -> [Tensor],
  _ body: (ErrorSlot) -> Bool
) {
  var message: UnsafeMutablePointer<CChar>?
  guard body(&message) else {
    fatalError(mistake(operation(), operands(), take(message)))
  }
}

/// Ends the process unless `condition` holds: for what the bridge itself can see about operands.
@inline(__always)
func check(
  _ condition: Bool, _ operation: @autoclosure () -> String,
  _ operands: @autoclosure () -> [Tensor], _ reason: @autoclosure () -> String
) {
  if !condition { fatalError("\(subject(operation(), operands())): \(reason())") }
}

/// The Swift text of a C message, which is freed.
func take(_ message: UnsafeMutablePointer<CChar>?) -> String {
  guard let message else { return "no message" }
  defer { ct_string_free(message) }
  return String(cString: message)
}

/// Such as "matmul: shapes [2, 3] float32 and [4, 5] float32 do not fit (libtorch: …)".
func mistake(_ operation: String, _ operands: [Tensor], _ message: String) -> String {
  switch operands.count {
  case 0: "\(operation) is not possible (libtorch: \(message))"
  case 1: "\(subject(operation, operands)) does not fit (libtorch: \(message))"
  default: "\(subject(operation, operands)) do not fit (libtorch: \(message))"
  }
}

private func subject(_ operation: String, _ operands: [Tensor]) -> String {
  var names = operands.prefix(6).map { "\($0.shape) \($0.dtype.rawValue)" }
  if operands.count > 6 { names.append("\(operands.count - 6) more") }
  guard let last = names.popLast() else { return operation }
  guard !names.isEmpty else { return "\(operation): shape \(last)" }
  return "\(operation): shapes \(names.joined(separator: ", ")) and \(last)"
}
