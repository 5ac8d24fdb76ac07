@_exported public import NeuralNetworks
@_exported public import Presentation
@_exported public import RLHFCore
@_exported public import RLHFPlugin
@_exported public import Torch
