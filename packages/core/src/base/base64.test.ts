import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { fromBase64, toBase64 } from './base64.ts'

it('toBase64 agrees with the platform and fromBase64 reads it back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 20 }), (bytes) => {
      const text = toBase64(bytes)
      expect(text).toBe(Buffer.from(bytes).toString('base64'))
      expect([...fromBase64(text)]).toEqual([...bytes])
    }),
  )
})

it.each(['A', 'AAA', 'AA=A', 'AA A', 'A===', 'ÄAAA'])('fromBase64 refuses %s', (text) => {
  expect(() => fromBase64(text)).toThrow('[SLP-B1] Cannot read base64')
})
