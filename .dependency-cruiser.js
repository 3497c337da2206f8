/**
 * The one-way doors of the house. Rooms stand in columns, in the order in which data flows: a room imports from columns
 * to its left and from itself, never from its own column's other rooms, never from the right. Type-only imports count.
 */
const columns = [
  ['base'],
  ['graph'],
  ['grad', 'backend'],
  ['compile'],
  ['tensor'],
  ['nn', 'optim', 'data'],
  ['train'],
  ['diagnose', 'tune'],
]

const library = '^packages/thalweg/src/'
/** A test beside its file may look anywhere in the library; nothing may look at a test. */
const tests = '[.]test[.]ts$'

/** Everything around the library that may use it as its users do. */
const outside = '^(packages/(cli|lab|thalweg/test)|bench|examples|scripts)/'
/** The kernel lab and the check of all float32 take kernels out of the backend and run them alone. */
const labs = '^bench/(kernels|ulp)/'
const fronts = `${library}(index[.]ts|(${columns.flat().join('|')})/index[.]ts)$`

const doors = columns.flatMap((column, index) =>
  column.map((room) => {
    const open = columns.slice(0, index).flat()
    return {
      name: `door-of-${room}`,
      severity: 'error',
      comment: `${room}/ may import only from ${[...open, 'itself'].join(', ')}.`,
      from: { path: `${library}${room}/`, pathNot: tests },
      to: { path: library, pathNot: `${library}(${[...open, room].join('|')})/` },
    }
  }),
)

export default {
  forbidden: [
    ...doors,
    {
      name: 'no-circles',
      severity: 'error',
      comment: 'The house is free of circles; a type that two files need lives in the file that both may import.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'every-import-resolves',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'nothing-imports-a-test',
      severity: 'error',
      from: {},
      to: { path: tests },
    },
    {
      name: 'library-stands-alone',
      severity: 'error',
      comment: 'packages/thalweg has no dependencies: its source imports nothing from npm and no other package.',
      from: { path: library, pathNot: tests },
      to: { pathNot: library, dependencyTypesNot: ['core'] },
    },
    {
      name: 'library-runs-in-browsers',
      severity: 'error',
      comment: "A static node: import breaks every page. Where Node is certain: `const fs = await import('node:fs')`.",
      from: { path: library, pathNot: tests },
      to: { dependencyTypes: ['core'], dynamic: false, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'public-subpaths-only',
      severity: 'error',
      comment: 'From outside, the library has only its public subpaths: thalweg, thalweg/nn, thalweg/train ...',
      from: { path: outside, pathNot: labs },
      to: { path: library, pathNot: fronts },
    },
    {
      name: 'labs-see-the-backend-too',
      severity: 'error',
      comment: 'bench/kernels and bench/ulp may look into backend/, by path; into no other room.',
      from: { path: labs },
      to: { path: library, pathNot: `${fronts}|${library}backend/` },
    },
    {
      name: 'public-subpaths-by-name',
      severity: 'error',
      comment: "Write `from 'thalweg/nn'`, not a relative path into the library.",
      from: { path: outside, pathNot: labs },
      to: { path: library, dependencyTypes: ['local'], dependencyTypesNot: ['aliased-workspace'] },
    },
    {
      name: 'nothing-imports-the-house-around-it',
      severity: 'error',
      comment:
        'bench/, examples/ and scripts/ look at the packages; no package looks back, and cli is imported by none.',
      from: { path: '^packages/([^/]+)/' },
      to: { path: '^(bench|examples|scripts|packages/(cli|lab))/', pathNot: '^packages/$1/' },
    },
    {
      name: 'shipped-code-uses-shipped-packages',
      severity: 'error',
      comment: 'The source of the cli imports only what its package.json lists under dependencies.',
      from: { path: '^packages/cli/src/', pathNot: tests },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['npm'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|coverage|runs)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    combinedDependencies: false,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.json'],
    },
  },
}
