/** The page's entry: styles of the document, then the app. */
import { adoptDocumentStyles } from './look/styles.ts';
import './ts-app.ts';

adoptDocumentStyles();
document.body.append(document.createElement('ts-app'));
