/** Axes and sizes became inputs in version 13. */
import { defineUpgrade } from './define.ts'
import { intsToInput } from './helpers.ts'

export const reduceSum = defineUpgrade(intsToInput('ReduceSum', 13, 'axes'))
export const split = defineUpgrade(intsToInput('Split', 13, 'split'))
export const squeeze = defineUpgrade(intsToInput('Squeeze', 13, 'axes'))
export const unsqueeze = defineUpgrade(intsToInput('Unsqueeze', 13, 'axes'))
