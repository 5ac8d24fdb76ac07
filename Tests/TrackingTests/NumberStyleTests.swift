import Testing

@testable import Tracking

struct NumberStyleTests {
  @Test(arguments: [
    (0, "0"), (1, "1"), (-1.5, "-1.5"), (0.123456, "0.1235"), (12.3456, "12.35"),
    (1_234.4, "1,234"),
    (1_234_567, "1,234,567"), (-1_234, "-1,234"), (0.00001234, "1.23e-05"), (2e12, "2.00e+12"),
    (0.5, "0.5"), (999.96, "1000"), (Double.nan, "–"), (Double.infinity, "∞"),
    (-Double.infinity, "-∞"),
    (100, "100"), (0.0001, "0.0001"),
  ])
  func automatic(value: Double, text: String) {
    #expect(NumberStyle.automatic.text(value) == text)
  }

  @Test(arguments: [
    (NumberStyle.fixed(2), 1.005, "1.00"), (.fixed(1), -0.04, "0.0"),
    (.percent(1), 0.6477, "64.8 %"),
    (.percent(0), 1, "100 %"), (.whole, 12_345.4, "12,345"), (.whole, -999, "-999"),
    (.whole, 0, "0"), (.percent(1), Double.nan, "–"),
  ])
  func styles(style: NumberStyle, value: Double, text: String) {
    #expect(style.text(value) == text)
  }

  @Test(arguments: [
    (0, "0:00"), (42.4, "0:42"), (59.6, "1:00"), (725, "12:05"), (3_723, "1:02:03"),
    (183_600, "2 d 3 h"), (-1, "–"), (Double.nan, "–"), (Double.infinity, "–"),
  ])
  func durations(seconds: Double, text: String) {
    #expect(NumberStyle.duration(seconds: seconds) == text)
  }

  @Test(arguments: [
    (2.14, "", "2.1/s"), (0.25, "", "15.0/min"), (0.001, "", "3.6/h"),
    (3_412.0, "tokens", "3,412 tokens/s"),
    (123.4, "", "123/s"), (0, "", "–"),
  ])
  func rates(perSecond: Double, unit: String, text: String) {
    #expect(NumberStyle.rate(perSecond: perSecond, unit: unit) == text)
  }
}
