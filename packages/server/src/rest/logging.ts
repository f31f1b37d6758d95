import { changeLogSettings } from '../control/change-settings.ts'
import { defineRoute, jsonReply } from '../http/route.ts'
import { readPlainBody } from './json-body.ts'

export const logging = defineRoute({
  method: 'GET',
  paths: ['/v2/logging'],
  about: 'What is logged.',
  permission: { group: 'logging', access: 'read' },
  errors: [],
  handle: ({ services: { settings } }) => jsonReply(settings.log()),
})

export const setLogging = defineRoute({
  method: 'POST',
  paths: ['/v2/logging'],
  about: 'Changes what is logged.',
  permission: { group: 'logging', access: 'write' },
  example: { log_verbose_level: 1 },
  errors: ['SLP-R4', 'SLP-R5', 'SLP-R6'],
  handle: async ({ caller, services, body }) =>
    jsonReply(await changeLogSettings(services, caller, await readPlainBody(body))),
})
