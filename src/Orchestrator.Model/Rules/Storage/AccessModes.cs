using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.Storage;

/// <summary>How a volume may be mounted, and by how many.</summary>
internal static class AccessModes
{
    private static readonly (string Mode, string Short)[] All =
        [("ReadWriteOnce", "RWO"), ("ReadOnlyMany", "ROX"), ("ReadWriteMany", "RWX"), ("ReadWriteOncePod", "RWOP")];

    /// <summary>As columns show them: <c>RWO,ROX</c>.</summary>
    public static string Short(JsonObject? owner)
    {
        var modes = owner.Texts("accessModes").ToHashSet(StringComparer.Ordinal);
        return string.Join(',', All.Where(m => modes.Contains(m.Mode)).Select(m => m.Short));
    }

    public static void Validate(JsonObject? owner, string path, string missing, ICollection<FieldError> errors)
    {
        string[] modes = [.. owner.Texts("accessModes")];
        if (modes.Length == 0)
        {
            errors.Add(FieldError.Required(path, missing));
        }

        for (int i = 0; i < modes.Length; i++)
        {
            errors.CheckOneOf(string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]"), modes[i], "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod");
        }

        if (modes.Length > 1 && modes.Contains("ReadWriteOncePod"))
        {
            errors.Add(FieldError.Forbidden(path, "may not use ReadWriteOncePod with other access modes"));
        }
    }
}
