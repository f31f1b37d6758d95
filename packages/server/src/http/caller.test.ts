import type { FastifyRequest } from 'fastify'
import { expect, it } from 'vitest'
import { anonymous } from '../contract/principal.ts'
import { callerOf } from './caller.ts'

it('knows the headers that came, and none that objects inherit', async () => {
  const policy = { authenticate: async () => anonymous, authorize: () => {} }
  const request = { headers: { 'x-user': 'ada' } } as Partial<FastifyRequest> as FastifyRequest // what is read of it
  const { header } = await callerOf(request, policy, new AbortController().signal)
  expect(['x-user', 'x-other', 'constructor', '__proto__'].map(header)).toEqual([
    'ada',
    undefined,
    undefined,
    undefined,
  ])
})
