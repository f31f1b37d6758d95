import { describe, expect, it } from 'vitest'
import { SlipwayError } from '../base/errors.ts'
import { fromErrorMessage, toErrorMessage } from './error-message.ts'

const send = (error: unknown) => fromErrorMessage(structuredClone(toErrorMessage(error)))

describe('error messages', () => {
  it('keep code, text, details and cause of a SlipwayError', () => {
    const sent = new SlipwayError('SLP-O2', 'Cannot add: shapes must fit, got [2]', {
      node: 'add',
      operator: 'Add',
      inputs: ['float32[2]'],
      cause: new RangeError('inner'),
    })
    const got = send(sent)
    expect(got).toBeInstanceOf(SlipwayError)
    expect(got).toMatchObject({ code: 'SLP-O2', message: sent.message, stack: sent.stack })
    const { cause, ...details } = (got as SlipwayError).details // checked above
    expect(details).toEqual({ node: 'add', operator: 'Add', inputs: ['float32[2]'] })
    expect(cause).toMatchObject({ name: 'RangeError', message: 'inner' })
  })

  it('keep the name of any other error', () => {
    expect(send(new TypeError('no'))).toMatchObject({ name: 'TypeError', message: 'no' })
  })

  it('take anything thrown', () => {
    expect(send(Symbol('odd')).message).toBe('Symbol(odd)')
    expect(send(new Error('outer', { cause: () => {} })).cause).toBeInstanceOf(Error)
  })
})
