extension LearningRateSchedule.Shape {
  /// The fraction of the peak at `step` of `total` steps, of which the fraction `warmUp` rises from 0.
  public func factor(step: Int, total: Int, warmUp: Double) -> Double {
    let schedule = LearningRateSchedule(
      self, peak: 1, warmUpSteps: Int((Double(total) * warmUp).rounded()))
    // A warm-up starts at 0, where the first update would be lost.
    let position = step < schedule.warmUpSteps ? step + 1 : step
    return schedule.fraction(step: position, total: total)
  }
}
