/** The page's entry: styles of the document, then the app. */
import { pressOnce } from './look/held-enter.ts';
import { adoptDocumentStyles } from './look/styles.ts';
import { arrival } from './state/arrival.ts';
import './ts-app.ts';

// The built file of a view opens the page in it; from then on the address is the page's own.
const { view, lost } = document.documentElement.dataset;
const address = arrival(location, view, lost !== undefined);
if (address !== null) history.replaceState(null, '', `${import.meta.env.BASE_URL}${address}`);

adoptDocumentStyles();
pressOnce();
document.body.append(document.createElement('ts-app'));
