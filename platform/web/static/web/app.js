// Everything that all pages share. Rooms import the modules beside this one by name.

import { startAlpine } from "./alpine.js";
import { startAutosave } from "./autosave.js";
import { startCopy } from "./copy.js";
import { startDialogs } from "./dialogs.js";
import { startMenus } from "./menus.js";
import { startPasswords } from "./passwords.js";
import { startRequests } from "./requests.js";
import { startSearch } from "./search.js";
import { startShortcuts } from "./shortcuts.js";
import { startTabs } from "./tabs.js";
import { startTheme } from "./theme.js";
import { startToasts } from "./toasts.js";

startRequests();
startToasts();
startDialogs();
startMenus();
startTheme();
startCopy();
startShortcuts();
startSearch();
startAutosave();
startPasswords();
startTabs();
startAlpine();
