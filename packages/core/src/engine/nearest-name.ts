/** The name somebody probably meant. */

/** The closest of `names` to `wanted`, unless all of them are more than `most` edits off. */
export function nearestName(
  wanted: string,
  names: Iterable<string>,
  most = Math.max(1, Math.floor(wanted.length / 2)),
): string | undefined {
  const list = [...names]
  const text = wanted.toLowerCase()
  let best: string | undefined
  let least = most + 1
  for (const name of list) {
    const distance = editDistance(text, name.toLowerCase(), least)
    if (distance < least) [best, least] = [name, distance]
  }
  return best ?? list.find((name) => text.length >= 3 && name.toLowerCase().includes(text))
}

/** `Did you mean "x"?`, or the whole list where nothing is close and the list is short. */
export function nameHint(wanted: string, names: Iterable<string>): string | undefined {
  const list = [...names]
  const near = nearestName(wanted, list)
  if (near !== undefined) return `Did you mean "${near}"?`
  if (list.length === 0 || list.length > 10) return undefined
  return `Known names: ${list.map((name) => `"${name}"`).join(', ')}.`
}

/** Levenshtein's distance; stops counting at `limit`. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      row.push(Math.min(change, previous[j]! + 1, row[j - 1]! + 1))
    }
    if (Math.min(...row) >= limit) return limit
    previous = row
  }
  return previous[b.length]!
}
