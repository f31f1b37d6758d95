/** Lets answers out in the order in which their tickets were drawn. */

export type Release = () => (answer: () => void) => void

interface Ticket {
  answer: (() => void) | undefined
}

export function createOrderedRelease(): Release {
  const open: Ticket[] = []
  return () => {
    const ticket: Ticket = { answer: undefined }
    open.push(ticket)
    return (answer) => {
      ticket.answer = answer
      for (let first = open[0]; first?.answer; first = open[0]) {
        open.shift()
        first.answer()
      }
    }
  }
}

/** Every answer as soon as it is there. */
export const releaseAtOnce: Release = () => (answer) => answer()
