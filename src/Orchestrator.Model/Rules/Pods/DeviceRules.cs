using System.Text.Json.Nodes;
using Orchestrator.Model.Devices;
using Orchestrator.Model.Json;
using Orchestrator.Model.Quantities;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.Pods;

/// <summary>
/// What a pod asks of hypervisors, and of devices: whole ones, or a share of one (<see cref="DeviceResources"/>), of any model or of some. The containers of a pod share one device,
/// so that their shares count together.
/// </summary>
internal static class DeviceRules
{
    private const int MostModels = 32;
    private const string ModelsPath = $"metadata.annotations[{WellKnown.DeviceModelsAnnotation}]";
    private const string AssignedPath = $"metadata.annotations[{WellKnown.AssignedDevicesAnnotation}]";

    public static void Validate(JsonObject pod, JsonObject spec, ICollection<FieldError> errors)
    {
        var whole = new HashSet<string>(StringComparer.Ordinal);
        var shares = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach ((JsonObject container, int i) in spec.Items("containers"))
        {
            Add(container, $"spec.containers[{i}]", whole, shares, errors);
        }

        // Init containers run one at a time, before the others: their shares are not added up.
        foreach ((JsonObject container, int i) in spec.Items("initContainers"))
        {
            Add(container, $"spec.initContainers[{i}]", whole, shares.ToDictionary(s => s.Key, _ => 0L, StringComparer.Ordinal), errors);
        }

        ValidateCapabilities(pod, errors);
        ValidateModels(pod, whole.Count + shares.Count > 0 || spec.Items("initContainers").Any(c => HasDevices(c.Item)), errors);
    }

    /// <summary>Which devices a pod has is said with its binding, and what it has it keeps.</summary>
    public static void ValidateUpdate(JsonObject pod, JsonObject old, ICollection<FieldError> errors)
    {
        if (Annotation(pod, WellKnown.AssignedDevicesAnnotation) != Annotation(old, WellKnown.AssignedDevicesAnnotation))
        {
            errors.Add(FieldError.Forbidden(AssignedPath, "is set by the scheduler when it binds the pod"));
        }

        if (!string.IsNullOrEmpty(old.Child("spec").Text("nodeName"))
            && Annotation(pod, WellKnown.DeviceModelsAnnotation) != Annotation(old, WellKnown.DeviceModelsAnnotation))
        {
            errors.Add(FieldError.Forbidden(ModelsPath, "may not change once the pod is bound to a node"));
        }
    }

    private static void Add(JsonObject container, string path, HashSet<string> whole, Dictionary<string, long> shares, ICollection<FieldError> errors)
    {
        foreach ((string name, JsonNode? value) in container.Child("resources", "limits") ?? [])
        {
            if (Quantity.TryParse(value.AsScalarText(), out Quantity quantity) && quantity.Sign > 0)
            {
                Add(name, quantity, $"{path}.resources.limits[{name}]", whole, shares, errors);
            }
        }
    }

    private static void Add(
        string name, Quantity quantity, string path, HashSet<string> whole, Dictionary<string, long> shares, ICollection<FieldError> errors)
    {
        if (!name.Contains('/', StringComparison.Ordinal))
        {
            return;
        }

        if (!DeviceResources.IsShare(name, out string resource))
        {
            whole.Add(name);
            if (shares.ContainsKey(name))
            {
                errors.Add(FieldError.Invalid(path, quantity.ToString(), $"the pod asks for {DeviceResources.ShareOf(name)} as well: it may have whole devices, or a share of one"));
            }

            return;
        }

        long sum = shares[resource] = shares.GetValueOrDefault(resource) + Math.Min(quantity.Value, int.MaxValue);
        if (sum >= DeviceResources.WholeMilli)
        {
            errors.Add(FieldError.Invalid(
                path, quantity.ToString(), $"the shares of the pod's containers must add up to less than {DeviceResources.WholeMilli}, since they are of one device; ask for whole ones with {resource}"));
        }

        if (whole.Contains(resource))
        {
            errors.Add(FieldError.Invalid(path, quantity.ToString(), $"the pod asks for {resource} as well: it may have whole devices, or a share of one"));
        }
    }

    private static void ValidateModels(JsonObject pod, bool hasDevices, ICollection<FieldError> errors)
    {
        if (Annotation(pod, WellKnown.DeviceModelsAnnotation) is not { } text)
        {
            return;
        }

        string[] models = text.Split(',', StringSplitOptions.TrimEntries);
        foreach (string model in models)
        {
            errors.CheckRequired(ModelsPath, model, NameRules.LabelValue);
        }

        if (models.Length > MostModels)
        {
            errors.Add(FieldError.Invalid(ModelsPath, text, $"must name at most {MostModels} models"));
        }

        if (!hasDevices)
        {
            errors.Add(FieldError.Invalid(ModelsPath, text, "no container has a limit for devices, such as nvidia.com/gpu"));
        }
    }

    private static void ValidateCapabilities(JsonObject pod, ICollection<FieldError> errors)
    {
        foreach (string capability in Annotation(pod, WellKnown.RequiredCapabilitiesAnnotation)?.Split(',', StringSplitOptions.TrimEntries) ?? [])
        {
            errors.CheckRequired($"metadata.annotations[{WellKnown.RequiredCapabilitiesAnnotation}]", capability, NameRules.LabelValue);
        }
    }

    private static bool HasDevices(JsonObject container) => (container.Child("resources", "limits") ?? []).Any(l => l.Key.Contains('/', StringComparison.Ordinal));

    private static string? Annotation(JsonObject pod, string name) => pod.Child("metadata", "annotations").Text(name);
}
