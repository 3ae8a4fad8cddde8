export default {
  'search.words': 'Mots du nom d’un fichier',
  'search.go': 'Chercher',
  'search.hits': 'Résultats',
};
