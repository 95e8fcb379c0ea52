using System.Globalization;
using System.Text;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Model.Validation;

namespace Orchestrator.Api.Writing;

/// <summary>Options in the query of every write (<c>meta/v1 CreateOptions, UpdateOptions, PatchOptions</c>).</summary>
internal static class WriteOptions
{
    private const int MaxManagerBytes = 128;

    /// <summary>Reads whether nothing is to be stored, and checks all the other options with it.</summary>
    /// <param name="call">The write.</param>
    /// <param name="optionsKind">Kind that errors name: <c>PatchOptions</c>.</param>
    public static Outcome<bool> Read(ApiCall call, string optionsKind)
    {
        var isApply = optionsKind == "PatchOptions" && IsApply(call);
        if (!isApply && !call.Http.Request.QueryString.HasValue)
        {
            return false;
        }

        var errors = new List<FieldError>();
        var manager = call.Request.QueryValue("fieldManager");
        if (isApply && manager.Length == 0)
        {
            errors.Add(FieldError.Required("fieldManager", "is required for apply patch"));
        }

        if (!isApply && optionsKind == "PatchOptions" && call.Request.Query.ContainsKey("force"))
        {
            errors.Add(FieldError.Forbidden("force", "may not be specified for non-apply patch"));
        }

        CheckManager(manager, errors);
        var values = DryRunValues(call);
        CheckDryRun(values, errors);
        var validation = call.Request.QueryValue("fieldValidation");
        if (validation is not ("" or "Ignore" or "Warn" or "Strict"))
        {
            errors.Add(FieldError.NotSupported("fieldValidation", validation, "", "Ignore", "Strict", "Warn"));
        }

        return errors.Count == 0 ? values.Count > 0 : StatusErrors.InvalidOptions(optionsKind, errors);
    }

    /// <summary>Reads <c>dryRun</c> alone: nothing is stored where it is <c>All</c>.</summary>
    public static Outcome<bool> DryRun(ApiCall call) =>
        call.Http.Request.QueryString.HasValue ? IsDryRun(DryRunValues(call)) : false;

    public static Outcome<bool> IsDryRun(IReadOnlyList<string> values)
    {
        var errors = new List<FieldError>();
        CheckDryRun(values, errors);
        return errors.Count == 0 ? values.Count > 0 : StatusErrors.InvalidOptions("DeleteOptions", errors);
    }

    /// <summary>Who owns what is written: the name given, or the first word of the client's user agent.</summary>
    public static string ManagerOf(ApiCall call)
    {
        var given = call.Http.Request.QueryString.HasValue ? call.Request.QueryValue("fieldManager") : "";
        if (given.Length > 0)
        {
            return given;
        }

        var agent = call.Http.Request.Headers.UserAgent.ToString();
        var slash = agent.IndexOf('/', StringComparison.Ordinal);
        var name = Printable(slash < 0 ? agent : agent[..slash]);
        return name.Length > 0 ? name : "unknown";
    }

    public static bool IsApply(ApiCall call) => MediaTypes.Of(call.Http.Request.ContentType) is MediaTypes.ApplyPatch or MediaTypes.ApplyPatchCbor;

    private static List<string> DryRunValues(ApiCall call) =>
        call.Request.Query.TryGetValue("dryRun", out var values) ? [.. values.OfType<string>().Where(v => v.Length > 0)] : [];

    private static void CheckDryRun(IReadOnlyList<string> values, List<FieldError> errors)
    {
        if (values.Any(v => v != "All"))
        {
            errors.Add(new FieldError(
                "FieldValueNotSupported", "dryRun", $"Unsupported value: [{string.Join(",", values.Select(v => $"\"{v}\""))}]: supported values: \"All\""));
        }
    }

    private static void CheckManager(string manager, List<FieldError> errors)
    {
        if (Encoding.UTF8.GetByteCount(manager) > MaxManagerBytes)
        {
            errors.Add(FieldError.TooLong("fieldManager", MaxManagerBytes));
        }

        var position = 0;
        foreach (var rune in manager.EnumerateRunes())
        {
            if (!IsPrintable(rune))
            {
                errors.Add(FieldError.Invalid("fieldManager", manager, $"invalid character U+{rune.Value:X4} (at position {position})"));
            }

            position += rune.Utf8SequenceLength;
        }
    }

    private static string Printable(string agent)
    {
        if (agent.Length <= MaxManagerBytes && Ascii.IsValid(agent) && !agent.AsSpan().ContainsAnyInRange('\0', '\u001f') && !agent.Contains('\u007f', StringComparison.Ordinal))
        {
            return agent;
        }

        var kept = new StringBuilder();
        var bytes = 0;
        foreach (var rune in agent.EnumerateRunes().Where(IsPrintable))
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > MaxManagerBytes)
            {
                break;
            }

            kept.Append(rune.ToString());
        }

        return kept.ToString();
    }

    private static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
