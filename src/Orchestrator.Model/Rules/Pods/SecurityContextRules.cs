using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Orchestrator.Model.Json;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.Pods;

/// <summary>User and group ids, and combinations that contradict themselves.</summary>
internal static partial class SecurityContextRules
{
    private const int MaxSysctlLength = 253;
    private const string SysctlPattern = "([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?";
    private const string IdRange = "must be between 0 and 2147483647, inclusive";

    public static void ValidatePod(JsonObject spec, ICollection<FieldError> errors)
    {
        JsonObject? context = spec.Child("securityContext");
        foreach (string id in (ReadOnlySpan<string>)["runAsUser", "runAsGroup", "fsGroup"])
        {
            ValidateId(context, id, "spec.securityContext", errors);
        }

        ValidateSeccomp(context, "spec.securityContext", errors);
        errors.CheckOneOf("spec.securityContext.fsGroupChangePolicy", context.Text("fsGroupChangePolicy"), "OnRootMismatch", "Always");
        errors.CheckOneOf("spec.securityContext.supplementalGroupsPolicy", context.Text("supplementalGroupsPolicy"), "Merge", "Strict");
        ValidateSysctls(context, spec.Flag("hostNetwork") == true, spec.Flag("hostIPC") == true, errors);
        JsonArray? groups = context.Array("supplementalGroups");
        for (int i = 0; i < groups?.Count; i++)
        {
            if (groups[i].AsInteger() is not (>= 0 and <= int.MaxValue))
            {
                errors.Add(FieldError.Invalid($"spec.securityContext.supplementalGroups[{i}]", groups[i].AsScalarText(), IdRange));
            }
        }
    }

    private static void ValidateSysctls(JsonObject? context, bool hostNetwork, bool hostIpc, ICollection<FieldError> errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach ((JsonObject sysctl, int i) in context.Items("sysctls"))
        {
            string at = $"spec.securityContext.sysctls[{i}]";
            string name = (sysctl.Text("name") ?? "").Replace('/', '.');
            if (name.Length == 0)
            {
                errors.Add(FieldError.Required($"{at}.name"));
            }
            else if (name.Length > MaxSysctlLength || !SysctlName().IsMatch(name))
            {
                errors.Add(FieldError.Invalid($"{at}.name", name, $"must have at most {MaxSysctlLength} characters and match regex {SysctlPattern}"));
            }
            else if (!names.Add(name))
            {
                errors.Add(FieldError.Duplicate($"{at}.name", name));
            }

            if (hostNetwork && name.StartsWith("net.", StringComparison.Ordinal))
            {
                errors.Add(FieldError.Invalid($"{at}.name", name, "may not be specified when 'hostNetwork' is true"));
            }
            else if (hostIpc && (name.StartsWith("kernel.shm", StringComparison.Ordinal) || name.StartsWith("kernel.msg", StringComparison.Ordinal) || name.StartsWith("fs.mqueue.", StringComparison.Ordinal) || name == "kernel.sem"))
            {
                errors.Add(FieldError.Invalid($"{at}.name", name, "may not be specified when 'hostIPC' is true"));
            }
        }
    }

    [GeneratedRegex("^" + SysctlPattern + "$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SysctlName();

    public static void ValidateContainer(JsonObject container, string path, ICollection<FieldError> errors)
    {
        string at = $"{path}.securityContext";
        JsonObject? context = container.Child("securityContext");
        ValidateId(context, "runAsUser", at, errors);
        ValidateId(context, "runAsGroup", at, errors);
        ValidateSeccomp(context, at, errors);
        errors.CheckOneOf($"{at}.procMount", context.Text("procMount"), "Default", "Unmasked");
        if (context.Flag("allowPrivilegeEscalation") != false)
        {
            return;
        }

        if (context.Flag("privileged") == true)
        {
            errors.Add(FieldError.Invalid(at, "", "cannot set `allowPrivilegeEscalation` to false and `privileged` to true"));
        }

        if (context.Child("capabilities").Texts("add").Contains("CAP_SYS_ADMIN") || context.Child("capabilities").Texts("add").Contains("SYS_ADMIN"))
        {
            errors.Add(FieldError.Invalid(at, "", "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN"));
        }
    }

    private static void ValidateSeccomp(JsonObject? context, string path, ICollection<FieldError> errors)
    {
        if (context.Child("seccompProfile") is not { } profile)
        {
            return;
        }

        string at = $"{path}.seccompProfile";
        string? file = profile.Text("localhostProfile");
        errors.CheckRequired($"{at}.type", profile.Text("type"), _ => null);
        errors.CheckOneOf($"{at}.type", profile.Text("type"), "Localhost", "RuntimeDefault", "Unconfined");
        if (profile.Text("type") != "Localhost" && !string.IsNullOrEmpty(file))
        {
            errors.Add(FieldError.Invalid($"{at}.localhostProfile", file, "can only be set when seccomp type is Localhost"));
        }
        else if (profile.Text("type") == "Localhost")
        {
            errors.CheckRequired($"{at}.localhostProfile", file, MountRules.LocalPath);
        }
    }

    private static void ValidateId(JsonObject? context, string member, string path, ICollection<FieldError> errors)
    {
        if (context?[member] is { } id && id.AsInteger() is not (>= 0 and <= int.MaxValue))
        {
            errors.Add(FieldError.Invalid($"{path}.{member}", id.AsScalarText(), IdRange));
        }
    }
}
