// swift-tools-version: 6.2

import PackageDescription

/// A package of its own, so that normal builds never resolve it.
let package = Package(
  name: "benchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "swift-rlhf", path: "../..")],
  targets: [
    .executableTarget(
      name: "tokenizer-speed",
      dependencies: [.product(name: "Tokenizers", package: "swift-rlhf")]),
    .executableTarget(
      name: "studio-load",
      dependencies: [.product(name: "Studio", package: "swift-rlhf")]),
  ],
  swiftLanguageModes: [.v6]
)
