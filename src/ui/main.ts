/** The page's entry: styles of the document, then the app. */
import { adoptDocumentStyles } from './look/styles.ts';
import './ts-app.ts';

// The built file of a view opens the page in it; from then on the address is the page's own.
const { view } = document.documentElement.dataset;
if (view !== undefined) {
  const { search, hash } = location;
  const named = /[?&]view=/i.test(search) ? search : `?view=${view}${search.replace(/^\?/, '&')}`;
  history.replaceState(null, '', `./${named}${hash}`);
}

adoptDocumentStyles();
document.body.append(document.createElement('ts-app'));
