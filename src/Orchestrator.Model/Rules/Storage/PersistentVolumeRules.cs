using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Rules.Pods;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.Storage;

/// <summary>PersistentVolumes: a size, and exactly one place where the bytes are, which never changes.</summary>
internal sealed class PersistentVolumeRules : IKindRules
{
    private static readonly HashSet<string> Sources = new(StringComparer.Ordinal)
    {
        "awsElasticBlockStore", "azureDisk", "azureFile", "cephfs", "cinder", "csi", "fc", "flexVolume", "flocker", "gcePersistentDisk", "glusterfs", "hostPath", "iscsi", "local",
        "nfs", "photonPersistentDisk", "portworxVolume", "quobyte", "rbd", "scaleIO", "storageos", "vsphereVolume",
    };

    public void Default(JsonObject obj)
    {
        if (obj.Child("spec") is { } spec)
        {
            spec.DefaultIfEmpty("persistentVolumeReclaimPolicy", "Retain");
            spec.DefaultIfEmpty("volumeMode", "Filesystem");
            ResourceRules.Canonicalize(spec.Child("capacity"));
        }

        obj.ObjectOrNew("status")?.DefaultIfEmpty("phase", "Pending");
    }

    public void Validate(JsonObject obj, JsonObject? old, ICollection<FieldError> errors)
    {
        JsonObject? spec = obj.Child("spec");
        AccessModes.Validate(spec, "spec.accessModes", "", errors);
        if (spec.Child("capacity") is not { Count: > 0 } capacity)
        {
            errors.Add(FieldError.Required("spec.capacity"));
        }
        else if (!capacity.ContainsKey("storage") || capacity.Count > 1)
        {
            errors.Add(FieldError.NotSupported("spec.capacity", string.Join(", ", capacity.Select(c => c.Key)), "storage"));
        }

        ResourceRules.ValidateList(spec.Child("capacity"), "spec.capacity", errors);
        string[] sources = [.. (spec ?? []).Select(m => m.Key).Where(Sources.Contains)];
        if (sources.Length == 0)
        {
            errors.Add(FieldError.Required("spec", "must specify a volume type"));
        }

        foreach (string another in sources.Skip(1))
        {
            errors.Add(FieldError.Forbidden($"spec.{another}", "may not specify more than 1 volume type"));
        }

        errors.CheckOneOf("spec.persistentVolumeReclaimPolicy", spec.Text("persistentVolumeReclaimPolicy"), "Delete", "Recycle", "Retain");
        errors.CheckOneOf("spec.volumeMode", spec.Text("volumeMode"), "Block", "Filesystem");
        errors.Check("spec.storageClassName", spec.Text("storageClassName"), NameRules.DnsSubdomain);
        ValidateUpdate(spec, old.Child("spec"), errors);
    }

    private static void ValidateUpdate(JsonObject? spec, JsonObject? old, ICollection<FieldError> errors)
    {
        if (old is null)
        {
            return;
        }

        if (Sources.Any(s => !JsonNode.DeepEquals(spec?[s], old[s])))
        {
            errors.Add(FieldError.Forbidden("spec.persistentvolumesource", "spec.persistentvolumesource is immutable after creation"));
        }

        if (spec.Text("volumeMode") != old.Text("volumeMode"))
        {
            errors.Add(FieldError.Invalid("spec.volumeMode", spec.Text("volumeMode"), "field is immutable"));
        }
    }
}
