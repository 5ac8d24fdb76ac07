import RLHFCore
import RLHFPlugin

extension DomainDescriptor {
  /// The criteria that somebody judged by: the domain's, then those that people added, by id.
  ///
  /// The domain's first criterion where there are no preferences.
  func criteria<Prompt, Artifact>(of preferences: Preferences<Prompt, Artifact>) -> [Criterion] {
    let judged = Set(
      preferences.pairs.map(\.criterion) + preferences.rankings.map(\.criterion)
        + preferences.ratings.map(\.criterion))
    let own = criteria.filter { judged.contains($0.id) }
    let added = judged.subtracting(criteria.map(\.id)).sorted().map { Criterion(id: $0) }
    return judged.isEmpty ? Array(criteria.prefix(1)) : own + added
  }
}

extension Preferences {
  /// What was said by one of `criteria`.
  func judged(by criteria: [Criterion]) -> Preferences {
    let ids = Set(criteria.map(\.id))
    return Preferences(
      pairs: pairs.filter { ids.contains($0.criterion) },
      rankings: rankings.filter { ids.contains($0.criterion) },
      ratings: ratings.filter { ids.contains($0.criterion) })
  }
}
