/** The line of a user's program that a call came from. */

/** Frames of this package stand between. */
const mostFrames = 24

const ownFolder = import.meta.url.replace(/nn\/tensor\/[^/]*$/, '')

/** `file:line:column` of the nearest caller outside of this package; undefined where stacks are not told. */
export function callSite(): string | undefined {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = mostFrames
  const { stack } = new Error()
  Error.stackTraceLimit = limit
  const frame = stack?.split('\n').find((line) => /:\d+:\d+\)?$/.test(line) && !isOwn(line))
  return frame && /([^\s(]+:\d+:\d+)\)?$/.exec(frame)?.[1]?.replace(/^file:\/\//, '')
}

/** Tests of this package are users of it. */
function isOwn(line: string): boolean {
  return (
    (line.includes(ownFolder) || line.includes(ownFolder.replace(/^file:\/\//, ''))) &&
    !line.includes('.test.')
  )
}
