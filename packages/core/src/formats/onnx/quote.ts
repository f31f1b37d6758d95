/** Text from a file inside a message: quoted, control characters escaped, and cut to a readable length. */
const longest = 100

export function quote(text: string): string {
  return JSON.stringify(text.length > longest ? `${text.slice(0, longest)}…` : text)
}
