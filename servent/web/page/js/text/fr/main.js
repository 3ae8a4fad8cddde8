export default {
  'tab.search': 'Recherche',
};
