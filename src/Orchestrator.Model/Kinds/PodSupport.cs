using System.Text.Json.Nodes;
using k8s.Models;
using Orchestrator.Model.Json;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Kinds;

/// <summary>
/// The one place that says which of the many fields of a Pod are carried out by scheduler and agents. A field that is not is refused with its
/// name, or warned of where it is harmless: never ignored silently. Making a field work ends with moving its name to the other list.
/// </summary>
public static class PodSupport
{
    public static readonly FieldSupport Spec = new(
        typeof(V1PodSpec),
        [
            "affinity", "automountServiceAccountToken", "containers", "dnsConfig", "dnsPolicy", "enableServiceLinks", "ephemeralContainers", "hostNetwork", "hostname", "initContainers", "nodeName",
            "nodeSelector", "overhead", "preemptionPolicy", "priority", "priorityClassName", "restartPolicy", "runtimeClassName", "schedulerName",
            "schedulingGates", "schedulingGroup", "securityContext", "serviceAccount", "serviceAccountName", "terminationGracePeriodSeconds", "tolerations", "topologySpreadConstraints", "volumes",
            "hostAliases", "hostIPC", "hostPID", "hostUsers", "os", "shareProcessNamespace", "subdomain", "activeDeadlineSeconds", "imagePullSecrets", "readinessGates",
        ],
        [
            "evictionResponders",
            "hostnameOverride", "resourceClaims", "resources",
            "setHostnameAsFQDN",
        ]);

    public static readonly FieldSupport Container = new(
        typeof(V1Container),
        [
            "args", "command", "env", "envFrom", "image", "imagePullPolicy", "lifecycle", "livenessProbe", "name", "ports", "readinessProbe", "resources",
            "restartPolicy", "securityContext", "startupProbe", "stdin", "stdinOnce", "terminationMessagePath", "terminationMessagePolicy", "tty",
            "volumeMounts", "workingDir",
        ],
        ["resizePolicy", "restartPolicyRules", "volumeDevices"]);

    public static readonly FieldSupport Lifecycle = new(typeof(V1Lifecycle), ["postStart", "preStop"], ["stopSignal"]);

    /// <summary>What is not supported of these is what Kubernetes itself refuses.</summary>
    public static readonly FieldSupport EphemeralContainer = new(
        typeof(V1EphemeralContainer),
        [
            "args", "command", "env", "envFrom", "image", "imagePullPolicy", "name", "securityContext", "stdin", "stdinOnce", "targetContainerName",
            "terminationMessagePath", "terminationMessagePolicy", "tty", "volumeMounts", "workingDir",
        ],
        [
            "lifecycle", "livenessProbe", "ports", "readinessProbe", "resizePolicy", "resources", "restartPolicy", "restartPolicyRules", "startupProbe",
            "volumeDevices",
        ]);

    public static readonly FieldSupport Resources = new(typeof(V1ResourceRequirements), ["limits", "requests"], ["claims"]);

    public static readonly FieldSupport EnvironmentSource = new(
        typeof(V1EnvVarSource), ["configMapKeyRef", "fieldRef", "resourceFieldRef", "secretKeyRef"], ["fileKeyRef"]);

    public static readonly FieldSupport VolumeMount = new(
        typeof(V1VolumeMount), ["mountPath", "mountPropagation", "name", "readOnly", "subPath", "subPathExpr"], ["bindMountOptions", "recursiveReadOnly"]);

    public static readonly FieldSupport Volume = new(
        typeof(V1Volume),
        ["configMap", "downwardAPI", "emptyDir", "hostPath", "name", "persistentVolumeClaim", "projected", "secret"],
        [
            "awsElasticBlockStore", "azureDisk", "azureFile", "cephfs", "cinder", "csi", "ephemeral", "fc", "flexVolume", "flocker",
            "gcePersistentDisk", "gitRepo", "glusterfs", "image", "iscsi", "nfs", "photonPersistentDisk",
            "portworxVolume", "quobyte", "rbd", "scaleIO", "storageos", "vsphereVolume",
        ]);

    public static readonly FieldSupport Projection = new(
        typeof(V1VolumeProjection), ["configMap", "downwardAPI", "secret", "serviceAccountToken"], ["clusterTrustBundle", "podCertificate"]);

    public static readonly FieldSupport PodSecurityContext = new(
        typeof(V1PodSecurityContext),
        ["fsGroup", "fsGroupChangePolicy", "runAsGroup", "runAsNonRoot", "runAsUser", "seccompProfile", "supplementalGroups", "supplementalGroupsPolicy", "sysctls"],
        [
            "appArmorProfile", "seLinuxChangePolicy", "seLinuxOptions", "windowsOptions",
        ]);

    public static readonly FieldSupport SecurityContext = new(
        typeof(V1SecurityContext),
        ["allowPrivilegeEscalation", "capabilities", "privileged", "procMount", "readOnlyRootFilesystem", "runAsGroup", "runAsNonRoot", "runAsUser", "seccompProfile"],
        ["appArmorProfile", "seLinuxOptions", "windowsOptions"]);

    /// <summary>All types that the check looks into.</summary>
    public static IReadOnlyList<FieldSupport> All =>
        [Spec, Container, Lifecycle, EphemeralContainer, Resources, EnvironmentSource, VolumeMount, Volume, Projection, PodSecurityContext, SecurityContext];

    /// <summary>Adds an error for every field of the pod's spec that would have no effect.</summary>
    public static void Validate(JsonObject spec, ICollection<FieldError> errors)
    {
        Spec.Validate(spec, "spec", errors);
        PodSecurityContext.Validate(spec.Child("securityContext"), "spec.securityContext", errors);
        if (spec.Flag("hostUsers") == false)
        {
            errors.Add(FieldError.Forbidden("spec.hostUsers", "user namespaces are not supported yet: containerd has them from version 2.0"));
        }

        if (spec.Child("securityContext").Text("supplementalGroupsPolicy") == "Strict")
        {
            errors.Add(FieldError.Forbidden("spec.securityContext.supplementalGroupsPolicy", "Strict is not supported yet: containerd has it from version 2.0"));
        }

        if (spec.Child("os").Text("name") is { } os and not "linux")
        {
            errors.Add(FieldError.Forbidden("spec.os.name", $"{os} is not supported yet"));
        }

        foreach ((JsonObject volume, int i) in spec.Items("volumes"))
        {
            Volume.Validate(volume, $"spec.volumes[{i}]", errors, emptyCounts: true);
            foreach ((JsonObject source, int s) in volume.Child("projected").Items("sources"))
            {
                Projection.Validate(source, $"spec.volumes[{i}].projected.sources[{s}]", errors, emptyCounts: true);
            }
        }

        foreach (string list in (ReadOnlySpan<string>)["initContainers", "containers", "ephemeralContainers"])
        {
            foreach ((JsonObject container, int i) in spec.Items(list))
            {
                ValidateContainer(container, $"spec.{list}[{i}]", errors);
            }
        }
    }

    private static void ValidateContainer(JsonObject container, string path, ICollection<FieldError> errors)
    {
        if (!path.StartsWith("spec.ephemeralContainers", StringComparison.Ordinal))
        {
            // The others have rules of their own.
            Container.Validate(container, path, errors);
        }

        Lifecycle.Validate(container.Child("lifecycle"), $"{path}.lifecycle", errors);
        Resources.Validate(container.Child("resources"), $"{path}.resources", errors);
        SecurityContext.Validate(container.Child("securityContext"), $"{path}.securityContext", errors);
        foreach ((JsonObject variable, int i) in container.Items("env"))
        {
            EnvironmentSource.Validate(variable.Child("valueFrom"), $"{path}.env[{i}].valueFrom", errors, emptyCounts: true);
        }

        foreach ((JsonObject mount, int i) in container.Items("volumeMounts"))
        {
            VolumeMount.Validate(mount, $"{path}.volumeMounts[{i}]", errors);
        }
    }
}
