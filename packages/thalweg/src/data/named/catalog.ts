/**
 * The datasets that are known by name, as data: file names, where mirrors keep them, their sizes and digests. Reading
 * folders and keeping a cache is the caller's (the CLI's); this room never touches a file system.
 */

export type FileRole = 'trainImages' | 'trainLabels' | 'testImages' | 'testLabels'

export interface RemoteFile {
  readonly role: FileRole
  readonly file: string
  /** Size and SHA-256 of the .gz file as the mirrors give it. Other packagings compress the same content anew. */
  readonly bytes: number
  readonly sha256: string
  /** SHA-256 of the unpacked content, the same in every packaging. */
  readonly contentSha256: string
}

export interface NamedDataset {
  readonly name: string
  readonly title: string
  readonly classes: readonly string[]
  readonly source: string
  readonly files: readonly RemoteFile[]
  /** Folders on the web, in the order to try them; a file's address is `mirror + file`. */
  readonly mirrors: readonly string[]
  /** A Debian or Ubuntu package that holds the files, and the folder where it puts them. */
  readonly package?: { readonly name: string; readonly folder: string }
}

/** LeCun, Cortes and Burges. Digests as published by several projects that load it, all in agreement. */
export const mnist: NamedDataset = {
  name: 'mnist',
  title: 'MNIST handwritten digits',
  classes: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
  source: 'Y. LeCun, C. Cortes, C. J. C. Burges: The MNIST database of handwritten digits',
  files: [
    {
      role: 'trainImages',
      file: 'train-images-idx3-ubyte.gz',
      bytes: 9_912_422,
      sha256: '440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609',
      contentSha256: 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
    },
    {
      role: 'trainLabels',
      file: 'train-labels-idx1-ubyte.gz',
      bytes: 28_881,
      sha256: '3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c',
      contentSha256: '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
    },
    {
      role: 'testImages',
      file: 't10k-images-idx3-ubyte.gz',
      bytes: 1_648_877,
      sha256: '8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6',
      contentSha256: '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
    },
    {
      role: 'testLabels',
      file: 't10k-labels-idx1-ubyte.gz',
      bytes: 4_542,
      sha256: 'f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6',
      contentSha256: 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
    },
  ],
  mirrors: ['https://ossci-datasets.s3.amazonaws.com/mnist/', 'https://storage.googleapis.com/cvdf-datasets/mnist/'],
}

/** Xiao, Rasul and Vollgraf 2017 (arXiv:1708.07747), MIT licence. Content digests computed from the files themselves. */
export const fashionMnist: NamedDataset = {
  name: 'fashion-mnist',
  title: 'Fashion-MNIST articles of clothing',
  classes: ['T-shirt/top', 'Trouser', 'Pullover', 'Dress', 'Coat', 'Sandal', 'Shirt', 'Sneaker', 'Bag', 'Ankle boot'],
  source: 'H. Xiao, K. Rasul, R. Vollgraf: Fashion-MNIST, arXiv:1708.07747 (Zalando SE, MIT licence)',
  files: [
    {
      role: 'trainImages',
      file: 'train-images-idx3-ubyte.gz',
      bytes: 26_421_880,
      sha256: '3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84',
      contentSha256: 'c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888',
    },
    {
      role: 'trainLabels',
      file: 'train-labels-idx1-ubyte.gz',
      bytes: 29_515,
      sha256: 'a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845',
      contentSha256: 'bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9',
    },
    {
      role: 'testImages',
      file: 't10k-images-idx3-ubyte.gz',
      bytes: 4_422_102,
      sha256: '346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073',
      contentSha256: '5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b',
    },
    {
      role: 'testLabels',
      file: 't10k-labels-idx1-ubyte.gz',
      bytes: 5_148,
      sha256: '67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5',
      contentSha256: '0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34',
    },
  ],
  mirrors: [
    'https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/',
    'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/',
  ],
  package: { name: 'dataset-fashion-mnist', folder: '/usr/share/datasets/fashion-mnist' },
}

export const namedDatasets: readonly NamedDataset[] = [mnist, fashionMnist]
