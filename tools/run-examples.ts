/** Runs the examples in the folder it is started in, which holds what they read; prints `ok` at the end. */
import { deepStrictEqual } from 'node:assert'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import * as core from '@slipway/core'
import * as autodiff from '@slipway/core/autodiff'
import * as classic from '@slipway/core/classic'
import * as nn from '@slipway/core/nn'
import * as files from '@slipway/core/node'
import * as server from '@slipway/server'
import { examplesOf, runnable } from './examples.js'

/** What examples of a folder see first: learning has a tensor of its own. */
const areas = { 'packages/core/src/nn/': nn, 'packages/core/src/autodiff/': autodiff }

const root = fileURLToPath(new URL('../..', import.meta.url))
const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor

for (const { file, module, code } of examplesOf(root)) {
  const own: object = module ? await import(pathToFileURL(join(root, module)).href) : {}
  const [, area = {}] = Object.entries(areas).find(([folder]) => file.startsWith(folder)) ?? []
  const scope = {
    ...core,
    ...classic,
    ...files,
    ...server,
    ...area,
    ...own,
    readFile,
    check: deepStrictEqual,
  }
  const used = Object.entries(scope).filter(([name]) => new RegExp(`\\b${name}\\b`).test(runnable(code)))
  try {
    await new AsyncFunction(...used.map(([name]) => name), runnable(code))(...used.map(([, value]) => value))
    console.log(file)
  } catch (error) {
    console.error(`the example of ${file} fails:\n${code}`)
    throw error
  }
}
console.log('ok')
process.exit(0)
