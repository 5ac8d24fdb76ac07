import Foundation
import Media
import RLHFCore
import Testing
import Torch

@testable import ImageModels

struct ImagePreprocessingTests {
  private func read(_ json: String) throws -> ImagePreprocessing {
    try JSONDecoder().decode(ImagePreprocessing.self, from: Data(json.utf8))
  }

  @Test func sizesHaveSeveralForms() throws {
    #expect(try read("{}").size == .shortestEdge(224))
    #expect(try read("{\"size\": 32}").size == .shortestEdge(32))
    #expect(
      try read("{\"size\": {\"height\": 3, \"width\": 4}}").size == .exact(width: 4, height: 3))
    #expect(try read("{\"crop_size\": 7}").crop?.height == 7)
    #expect(try read("{\"do_center_crop\": false, \"do_resize\": false}").crop == nil)
    #expect(try read("{\"do_resize\": false}").size == nil)
    #expect(try read("{\"do_rescale\": false, \"do_normalize\": false}").scale == nil)
    #expect(try read("{\"resample\": 2}").filter == .bilinear)
  }

  @Test(arguments: [
    "{\"size\": {\"longest\": 3}}", "{\"size\": 0}", "{\"resample\": 9}", "{\"image_std\": [0]}",
    "{\"crop_size\": {\"height\": 3}}", "{\"size\": 100000}",
  ])
  func settingsThatCannotBeAreRefused(json: String) {
    #expect(throws: RLHFError.self) { try read(json) }
  }

  @Test func imagesBecomeNormalizedTensors() throws {
    var preprocessing = try read("{\"image_mean\": [0.5], \"image_std\": [0.25]}")
    preprocessing.size = nil
    preprocessing.crop = (1, 1)
    let values = preprocessing([
      RasterImage(width: 1, height: 1, color: [255, 0, 51, 9]),
      RasterImage(width: 3, height: 3, color: [102]),
    ])
    #expect(values.shape == [2, 3, 1, 1])
    let expected: [Float] = [2, -2, -1.2, -0.4, -0.4, -0.4]
    #expect(zip(values.floats(), expected).allSatisfy { abs($0 - $1) < 1e-6 })
  }

  @Test func imagesAndTensorsAreTheSame() {
    let image = RasterImage(width: 2, height: 1, channels: 3, samples: [0, 127, 255, 1, 2, 3])
    let other = RasterImage(width: 2, height: 1, channels: 3, samples: [9, 8, 7, 6, 5, 4])
    let tensor = Tensor(images: [image, other])
    #expect(tensor.shape == [2, 3, 1, 2])
    #expect(tensor.floats().prefix(2) == [-1, Float(1) * 2 / 255 - 1])
    #expect(RasterImage.images(from: tensor) == [image, other])
    let beyond = Tensor([Float(3), -7, .nan, 0], shape: [1, 1, 2, 2])
    #expect(RasterImage.images(from: beyond)[0].samples == [255, 0, 0, 128])
  }
}
