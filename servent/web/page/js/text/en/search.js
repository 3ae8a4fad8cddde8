export default {
  'search.words': 'Words of a file’s name',
  'search.go': 'Search',
  'search.hits': 'Hits',
};
