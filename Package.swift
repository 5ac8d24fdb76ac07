// swift-tools-version: 6.2

import PackageDescription

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .treatAllWarnings(as: .error),
]

/// A library target: imports only what it declares.
func library(
  _ name: String, _ dependencies: [Target.Dependency] = [], path: String? = nil,
  resources: [Resource]? = nil
) -> Target {
  .target(
    name: name, dependencies: dependencies, path: path, resources: resources,
    swiftSettings: strict)
}

/// The tests of `name`, in `Tests/<name>Tests`.
func tests(
  _ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource]? = nil
) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: [.byName(name: name), "TestSupport"] + dependencies,
    resources: resources, swiftSettings: strict)
}

let package = Package(
  name: "swift-rlhf",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "RLHF", targets: ["RLHF"]),
    .library(name: "RLHFCommands", targets: ["RLHFCommands"]),
    .library(name: "RLHFTesting", targets: ["RLHFTesting"]),
    .library(name: "Tokenizers", targets: ["Tokenizers"]),
    .library(name: "LanguageModels", targets: ["LanguageModels"]),
    .library(name: "ImageModels", targets: ["ImageModels"]),
    .library(name: "TextChat", targets: ["TextChat"]),
    .library(name: "ImageRealism", targets: ["ImageRealism"]),
    .library(
      name: "Studio", targets: ["Studio", "FeedbackStore", "Presentation", "RLHFCore"]),
    .executable(name: "rlhf", targets: ["rlhf"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.0.0"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.3.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.80.0"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.30.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.5.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.20.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.0.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.0.0"),
  ],
  targets: [
    // The vocabulary and the tensors.
    library("RLHFCore"),
    // What raters see and hear of a prompt or an artifact.
    library("Presentation"),
    .systemLibrary(name: "CLibTorch", pkgConfig: "libtorch"),
    .target(name: "CTorch", dependencies: ["CLibTorch"]),
    library("Torch", ["CTorch", "RLHFCore"]),
    library("NeuralNetworks", ["RLHFCore", "Torch"]),

    // Models of text.
    library("Templates", ["RLHFCore"]),
    library("Tokenizers", ["RLHFCore"]),
    library("LanguageModels", ["RLHFCore", "NeuralNetworks", "Tokenizers", "Torch"]),
    library("ImageModels", ["RLHFCore", "Media", "NeuralNetworks", "Tokenizers", "Torch"]),

    // What a plugin is, and the two engines that train any of them.
    library("RLHFPlugin", ["RLHFCore", "Presentation", "NeuralNetworks", "Torch"]),
    library("PreferenceLearning", ["RLHFPlugin", "RLHFCore", "NeuralNetworks", "Torch"]),
    library("PolicyOptimization", ["RLHFPlugin", "RLHFCore", "NeuralNetworks", "Torch"]),
    library("RLHF", ["RLHFCore", "Presentation", "NeuralNetworks", "RLHFPlugin", "Torch"]),
    library("RLHFTesting", ["RLHFPlugin", "RLHFCore", "NeuralNetworks", "Torch"]),

    // Feedback, metrics, runs, the command line.
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    library(
      "FeedbackStore",
      ["RLHFCore", "Presentation", "CZlib", .product(name: "GRDB", package: "GRDB.swift")]),
    library("Tracking", ["RLHFCore"]),

    // Where people give the feedback.
    .systemLibrary(
      name: "CSndFile", pkgConfig: "sndfile", providers: [.apt(["libsndfile1-dev"])]),
    .systemLibrary(name: "CLibPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(
      name: "CLibJPEG", pkgConfig: "libjpeg", providers: [.apt(["libjpeg62-turbo-dev"])]),
    .target(name: "CImageCodecs", dependencies: ["CLibPNG", "CLibJPEG"]),
    library("Media", ["RLHFCore", "CImageCodecs", "CSndFile"]),
    library(
      "Studio",
      [
        "RLHFCore", "Presentation", "FeedbackStore", "Media", "CZlib",
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "CryptoExtras", package: "swift-crypto"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ], resources: [.copy("Page")]),

    library(
      "Alignment",
      [
        "PreferenceLearning", "PolicyOptimization", "RLHFPlugin", "RLHFCore", "Presentation",
        "FeedbackStore", "Media", "Tracking", "NeuralNetworks", "Torch", "Yams",
        .product(name: "Logging", package: "swift-log"),
      ]),
    library(
      "RLHFCommands",
      [
        "Alignment", "PreferenceLearning", "PolicyOptimization", "RLHFPlugin", "RLHFCore",
        "Presentation", "FeedbackStore", "Tracking", "Studio", "Media", "NeuralNetworks", "Torch",
        "Yams",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    // The built-in domains, ordinary plugins.
    library(
      "TextChat",
      [
        "RLHF", "RLHFCore", "RLHFPlugin", "NeuralNetworks", "Torch", "LanguageModels", "Tokenizers",
        "Templates", "KnowledgeBaseSample",
      ], path: "Plugins/TextChat"),
    .target(
      name: "KnowledgeBaseSample", path: "Samples/KnowledgeBase",
      exclude: ["README.md", "build.py", "knowledge.py", "phrasings.py"],
      sources: ["KnowledgeBaseSample.swift"],
      resources: [
        .copy("knowledge.jsonl"), .copy("demonstrations.jsonl"), .copy("prompts.jsonl"),
        .copy("heldout.jsonl"), .copy("references.jsonl"),
      ], swiftSettings: strict),
    library(
      "ImageRealism",
      ["RLHF", "RLHFCore", "RLHFPlugin", "NeuralNetworks", "Torch", "ImageModels", "Media"],
      path: "Plugins/ImageRealism"),
    .executableTarget(
      name: "rlhf", dependencies: ["RLHFCommands", "TextChat", "ImageRealism"],
      swiftSettings: strict),

    // Tests mirror the sources.
    .target(
      name: "TestSupport", dependencies: ["NeuralNetworks", "Torch"], path: "Tests/TestSupport",
      swiftSettings: strict),
    tests("RLHFCore"),
    tests("Torch", ["RLHFCore"]),
    tests("NeuralNetworks", ["RLHFCore", "Torch"]),
    tests("Templates", ["RLHFCore"]),
    tests("Tokenizers", ["RLHFCore"]),
    tests("LanguageModels", ["RLHFCore", "Tokenizers", "NeuralNetworks", "Torch"]),
    tests("ImageModels", ["RLHFCore", "Media", "NeuralNetworks", "Torch"]),
    tests("RLHFPlugin", ["RLHFCore", "RLHFTesting", "NeuralNetworks", "Torch"]),
    tests(
      "PreferenceLearning", ["RLHFPlugin", "RLHFCore", "NeuralNetworks", "Torch", "RLHFTesting"]),
    tests(
      "PolicyOptimization", ["RLHFPlugin", "RLHFCore", "NeuralNetworks", "Torch", "RLHFTesting"]),
    tests("Presentation"),
    tests("FeedbackStore", ["RLHFCore", "Presentation"]),
    tests("Tracking", ["RLHFCore"]),
    tests("Media", ["RLHFCore", "NeuralNetworks", "Torch"]),
    tests(
      "Studio",
      [
        "RLHFCore", "Presentation", "FeedbackStore", "Media",
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdTesting", package: "hummingbird"),
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "NIOCore", package: "swift-nio"),
      ]),
    tests(
      "Alignment",
      [
        "RLHFTesting", "RLHFPlugin", "RLHFCore", "FeedbackStore", "Tracking", "PolicyOptimization",
        "PreferenceLearning", "NeuralNetworks", "Torch",
      ]),
    tests("RLHFTesting", ["RLHFPlugin", "RLHFCore", "NeuralNetworks", "Torch"]),
    tests(
      "RLHFCommands",
      [
        .product(name: "ArgumentParser", package: "swift-argument-parser"), "TextChat", "Alignment",
        "FeedbackStore", "Presentation", "Studio", "RLHFCore", "RLHFPlugin", "Torch",
      ]),
    tests(
      "TextChat",
      [
        "RLHF", "RLHFCore", "RLHFPlugin", "LanguageModels", "Tokenizers", "Templates",
        "NeuralNetworks", "Torch", "KnowledgeBaseSample", "Alignment", "PreferenceLearning",
        "PolicyOptimization",
      ]),
    tests(
      "ImageRealism",
      [
        "RLHF", "RLHFCore", "RLHFPlugin", "RLHFTesting", "ImageModels", "Media", "NeuralNetworks",
        "Torch", "PolicyOptimization", "PreferenceLearning",
      ]),
  ],
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx20
)
