import RLHFCore
import Testing

struct CriterionTests {
  @Test func titles() {
    #expect(Criterion(id: "helpfulness").title == "Helpfulness")
    #expect(Criterion(id: "calm", title: "How calm").title == "How calm")
    #expect(Criterion(id: "").title == "")
    #expect(Criterion.overall == Criterion(id: "overall", title: "Overall", weight: 1))
  }

  @Test func singleScores() {
    let scores = Scores(1.5)
    #expect(scores.total == 1.5)
    #expect(scores.byCriterion == ["overall": 1.5])
    #expect(Scores(2, for: Criterion(id: "calm")).byCriterion == ["calm": 2])
  }
}
