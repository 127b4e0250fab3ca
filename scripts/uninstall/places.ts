/** The platform's own Namespaces (knative/base/namespace.yaml). */
export const PLATFORM = 'cite-system';
export const NAMESPACES = [PLATFORM, 'cite-builds'] as const;

/** Label of what was installed, and of what the platform made for Apps. */
export const installed = 'labelSelector=app.kubernetes.io%2Fpart-of%3Dcite';
export const managed = 'labelSelector=app.kubernetes.io%2Fmanaged-by%3Dcite';
/** Of one App each: what it is reached by and what runs it. */
export const ofApps = `${managed}%2Ccite.dev%2Fapp`;

export const APPS = '/apis/cite.dev/v1alpha1';
export const CRD = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/apps.cite.dev';
export const RBAC = '/apis/rbac.authorization.k8s.io/v1';
export const ADMISSION = '/apis/admissionregistration.k8s.io/v1';
export const SERVING = '/apis/serving.knative.dev';
/** Cluster-wide, as the names in them are: they have no owner that they go with. */
export const CLAIMS = '/apis/networking.internal.knative.dev/v1alpha1/clusterdomainclaims';
