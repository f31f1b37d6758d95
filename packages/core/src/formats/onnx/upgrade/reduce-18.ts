/** The axes of every reduction but ReduceSum became an input in version 18. */
import { defineUpgrade } from './define.ts'
import { intsToInput } from './helpers.ts'

export const reduceL1 = defineUpgrade(intsToInput('ReduceL1', 18, 'axes'))
export const reduceL2 = defineUpgrade(intsToInput('ReduceL2', 18, 'axes'))
export const reduceLogSum = defineUpgrade(intsToInput('ReduceLogSum', 18, 'axes'))
export const reduceLogSumExp = defineUpgrade(intsToInput('ReduceLogSumExp', 18, 'axes'))
export const reduceMax = defineUpgrade(intsToInput('ReduceMax', 18, 'axes'))
export const reduceMean = defineUpgrade(intsToInput('ReduceMean', 18, 'axes'))
export const reduceMin = defineUpgrade(intsToInput('ReduceMin', 18, 'axes'))
export const reduceProd = defineUpgrade(intsToInput('ReduceProd', 18, 'axes'))
export const reduceSumSquare = defineUpgrade(intsToInput('ReduceSumSquare', 18, 'axes'))
