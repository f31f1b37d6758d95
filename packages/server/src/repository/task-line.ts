/** Tasks of one thing, one after the other. */
export interface TaskLine {
  /** Runs the task once those before it have ended, however they did. */
  add<T>(task: () => Promise<T>): Promise<T>
  /**
   * As `add`, but one that was added so and still waits at the end of the line gives its place: all who asked for it
   * get what the later one gives.
   */
  addLatest(task: () => Promise<void>): Promise<void>
}

interface Waiting {
  task: () => Promise<void>
  result: Promise<void>
}

export function taskLine(): TaskLine {
  let last: Promise<unknown> = Promise.resolve()
  let latest: Waiting | undefined
  const add = <T>(task: () => Promise<T>): Promise<T> => {
    latest = undefined
    const result = last.then(task)
    last = result.catch(() => {})
    return result
  }
  return {
    add,
    addLatest(task) {
      if (latest) {
        latest.task = task
        return latest.result
      }
      const own: Waiting = { task, result: Promise.resolve() }
      own.result = add(() => {
        if (latest === own) latest = undefined
        return own.task()
      })
      latest = own
      return own.result
    },
  }
}
