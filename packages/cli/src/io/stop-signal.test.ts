import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { stopSignal } from './stop-signal.ts'

function stage() {
  const source = new EventEmitter()
  const ended: string[] = []
  const clock = { nowMs: 0 }
  const signal = stopSignal({ source, nowMs: () => clock.nowMs, end: (by) => ended.push(by) })
  const send = (by: NodeJS.Signals, atMs: number) => {
    clock.nowMs = atMs
    source.emit(by, by)
  }
  return { source, ended, signal, send }
}

describe('a stop signal', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('asks to stop at the first %s', (by) => {
    const { signal, send, ended } = stage()
    expect(signal.aborted).toBe(false)
    send(by, 0)
    expect(signal.aborted).toBe(true)
    expect(ended).toEqual([])
  })

  it('ends the process at the second, whichever they are', () => {
    const { send, ended, source } = stage()
    send('SIGTERM', 0)
    send('SIGINT', 1000)
    expect(ended).toEqual(['SIGINT'])
    // Nobody is in the way of the signal that ends it.
    expect(source.listenerCount('SIGINT') + source.listenerCount('SIGTERM')).toBe(0)
  })

  it('takes one key press that comes twice for one', () => {
    const { send, ended } = stage()
    send('SIGINT', 0)
    send('SIGINT', 5)
    expect(ended).toEqual([])
    send('SIGINT', 1000)
    expect(ended).toEqual(['SIGINT'])
  })
})
