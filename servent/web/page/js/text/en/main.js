export default {
  'tab.search': 'Search',
};
