using System.Globalization;
using Orchestrator.Api.Requests;
using Orchestrator.Model.Validation;

namespace Orchestrator.Api.Subresources.Logs;

/// <summary>Checks the options of a log request (Kubernetes' PodLogOptions), so that agents see only sound ones.</summary>
internal static class LogQuery
{
    public static List<FieldError> Validate(RequestInfo request)
    {
        var errors = new List<FieldError>();
        CheckNumber(request, "tailLines", 0, "must be greater than or equal to 0", errors);
        CheckNumber(request, "limitBytes", 1, "must be greater than 0", errors);
        CheckNumber(request, "sinceSeconds", 1, "must be greater than 0", errors);
        string sinceTime = request.QueryValue("sinceTime");
        if (sinceTime.Length > 0 && !DateTimeOffset.TryParse(sinceTime, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _))
        {
            errors.Add(FieldError.Invalid("sinceTime", sinceTime, "must be a time in RFC 3339 format"));
        }

        if (sinceTime.Length > 0 && request.QueryValue("sinceSeconds").Length > 0)
        {
            errors.Add(FieldError.Forbidden("", "at most one of `sinceTime` or `sinceSeconds` may be specified"));
        }

        return errors;
    }

    private static void CheckNumber(RequestInfo request, string name, long least, string message, List<FieldError> errors)
    {
        string text = request.QueryValue(name);
        if (text.Length > 0 && (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) || value < least))
        {
            errors.Add(FieldError.Invalid(name, text, message));
        }
    }
}
