"""Pages of digitisation, in their blueprint."""

from ils.digitization.checking import web as checking
from ils.digitization.documents import removal_web, scans_web
from ils.digitization.documents import web as documents
from ils.digitization.folders import web as folders
from ils.digitization.issues import web as issues
from ils.digitization.pages import digitisation
from ils.digitization.rights import web as rights

#: Modules whose views are in the blueprint.
MODULES = (documents, scans_web, removal_web, checking, rights, folders, issues)
BLUEPRINT = digitisation
