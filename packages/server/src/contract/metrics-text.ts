/** What a scrape gets. */
export interface MetricsText {
  readonly contentType: string
  text(): Promise<string>
}
