using System.Globalization;
using Orchestrator.Model.Validation;

namespace Orchestrator.Api.Admission.PodSecurity;

/// <summary>A level of the Pod Security Standards at a version of Kubernetes.</summary>
/// <param name="Level">privileged, baseline or restricted.</param>
/// <param name="Minor">The n of v1.n; <see cref="int.MaxValue"/> for the latest.</param>
internal readonly record struct SecurityPolicy(string Level, int Minor)
{
    public const string Prefix = "pod-security.kubernetes.io/";

    private const string VersionSuffix = "-version";
    private static readonly string[] Modes = ["enforce", "audit", "warn"];
    private static readonly string[] Levels = ["privileged", "baseline", "restricted"];

    public bool IsPrivileged => Level == "privileged";

    /// <summary>The policy of a mode (enforce, warn), from the labels of a namespace; privileged where they say nothing.</summary>
    public static SecurityPolicy Of(IReadOnlyDictionary<string, string> labels, string mode)
    {
        string level = labels.GetValueOrDefault(Prefix + mode) is { } given && Levels.Contains(given) ? given : Levels[0];
        int? minor = labels.TryGetValue(Prefix + mode + VersionSuffix, out string? version) ? Parse(version) : null;
        return new SecurityPolicy(level, minor ?? int.MaxValue);
    }

    public static List<FieldError> Validate(IReadOnlyDictionary<string, string> labels)
    {
        var errors = new List<FieldError>();
        foreach (string mode in Modes)
        {
            string level = Prefix + mode, version = level + VersionSuffix;
            if (labels.TryGetValue(level, out string? given) && !Levels.Contains(given))
            {
                errors.Add(FieldError.Invalid($"metadata.labels[{level}]", given, $"must be one of {string.Join(", ", Levels)}"));
            }

            if (labels.TryGetValue(version, out string? text) && Parse(text) is null)
            {
                errors.Add(FieldError.Invalid($"metadata.labels[{version}]", text, "must be \"latest\" or \"v1.x\""));
            }
        }

        return errors;
    }

    /// <summary>True where what this allows is not always allowed by the other.</summary>
    public bool IsStricterThan(SecurityPolicy other) =>
        Array.IndexOf(Levels, Level) > Array.IndexOf(Levels, other.Level) || (Level == other.Level && Minor != other.Minor && !IsPrivileged);

    public override string ToString() =>
        Minor == int.MaxValue ? $"{Level}:latest" : string.Create(CultureInfo.InvariantCulture, $"{Level}:v1.{Minor}");

    private static int? Parse(string version) =>
        version == "latest" ? int.MaxValue
        : version.StartsWith("v1.", StringComparison.Ordinal) && int.TryParse(version.AsSpan(3), NumberStyles.None, CultureInfo.InvariantCulture, out int minor) ? minor
        : null;
}
