/** What all parts of one repository share. */
import type { Clock } from '../contract/clock.ts'
import type { MemoryBudget } from './memory-budget.ts'
import type { RepositoryOptions } from './repository-options.ts'

export interface Host extends RepositoryOptions {
  readonly clock: Clock
  readonly budget: MemoryBudget
  /** Bounds how many versions are opened at the same time. */
  limit<T>(task: () => Promise<T>): Promise<T>
  /** Closes what does not serve any more, which takes as long as somebody uses it. None of them rejects. */
  readonly retirements: Set<Promise<void>>
  /** Tells those who hold versions of a model for longer than a request that they are to let go. */
  onRelease(model: string): void
  readonly isClosing: () => boolean
}
