import ImageModels
import RLHF

extension DiffusionPolicy {
  /// The width H of the features: a thumbnail of the image that the model expects, how far denoising is, and the class.
  public var featureSize: Int { 3 * thumbnail * thumbnail + 1 + classes.count }

  private var thumbnail: Int { size.width % 4 == 0 ? 4 : 1 }

  /// What the policy knew before step `index`, `[B, H]`, from the image `[B, 3, H, W]` that it expected.
  func features(_ expected: Tensor, step index: Int, _ labels: Tensor?) -> Tensor {
    let rows = expected.shape[0]
    let small = expected.adaptiveAvgPool2d(height: thumbnail, width: thumbnail)
      .reshaped([rows, 3 * thumbnail * thumbnail])
    let place = Tensor.full(
      [rows, 1], Double(index) / Double(plan.timesteps.count), device: expected.device)
    var parts = [small, place]
    if !classes.isEmpty {
      let numbers = Tensor(Array(0..<classes.count)).unsqueezed(0).to(expected.device)
      let own = labels ?? Tensor.zeros([rows], dtype: .int64, device: expected.device) - 1
      parts.append((own.unsqueezed(1) .== numbers).to(expected.dtype))
    }
    return Tensor.concatenate(parts, dim: 1)
  }
}
