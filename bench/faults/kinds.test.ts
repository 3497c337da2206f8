import { random } from 'thalweg/base'
import { conditions } from 'thalweg/diagnose'
import { describe, expect, it } from 'vitest'
import { buildProgram } from './build.ts'
import { kinds } from './kinds/all.ts'
import { layerPaths } from './program.ts'
import { healthyProgram } from './sampler.ts'

const programs = Array.from({ length: 60 }, (_, number) => healthyProgram('tuning', number))

describe('healthy programs', () => {
  it('are the same whenever they are drawn, and other ones in each split', () => {
    expect(healthyProgram('tuning', 7)).toEqual(programs[7])
    const drawn = [...programs, ...programs.map((_, number) => healthyProgram('untuned', number))]
    expect(new Set(drawn.map(({ data }) => `${data.generator} ${data.seed}`)).size).toBe(drawn.length)
  })
})

describe.each(kinds)('$name', ({ mutate, expects, brings = [] }) => {
  const mutations = programs.flatMap((program, number) => {
    const mutation = mutate(program, random(1, String(number)))
    return mutation ? [{ program, mutation }] : []
  })

  it('can be made in some program, is another one then, and builds', () => {
    expect(mutations.length).toBeGreaterThan(0)
    for (const { program, mutation } of mutations) expect(mutation.program).not.toEqual(program)
    expect(() => buildProgram(mutations[0].mutation.program)).not.toThrow()
  })

  it('blames layers that the program has', () => {
    for (const { mutation } of mutations) {
      const paths = layerPaths(mutation.program.layers)
      for (const path of mutation.layers ?? []) expect(paths).toContain(path)
    }
  })

  it('is told by findings that there are', () => {
    const codes = conditions.map(({ code }) => code)
    expect([...expects, ...brings].filter((code) => !codes.includes(code))).toEqual([])
  })
})
