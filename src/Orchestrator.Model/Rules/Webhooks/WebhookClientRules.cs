using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.Webhooks;

/// <summary>Where a webhook is reached: an HTTPS address, or a Service, and the authorities that its certificate may be of.</summary>
internal static class WebhookClientRules
{
    private const string Form = "; desired format: https://host[/path]";

    public static void Validate(JsonObject? client, string path, ICollection<FieldError> errors)
    {
        bool hasUrl = client?["url"] is not null, hasService = client?["service"] is not null;
        if (hasUrl == hasService)
        {
            errors.Add(FieldError.Required(path, "exactly one of url or service is required"));
        }
        else if (hasUrl)
        {
            ValidateUrl(client.Text("url") ?? "", $"{path}.url", errors);
        }
        else
        {
            ValidateService(client.Child("service"), $"{path}.service", errors);
        }

        if (client.Text("caBundle") is { Length: > 0 } bundle && !IsBundle(bundle))
        {
            errors.Add(FieldError.Invalid($"{path}.caBundle", "<bundle>", "unable to load root certificates: unable to parse bytes as PEM block"));
        }
    }

    private static void ValidateUrl(string text, string path, ICollection<FieldError> errors)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? url))
        {
            errors.Add(FieldError.Invalid(path, text, $"url must be a valid URL{Form}"));
            return;
        }

        if (url.Scheme != Uri.UriSchemeHttps)
        {
            errors.Add(FieldError.Invalid(path, url.Scheme, $"'https' is the only allowed URL scheme{Form}"));
        }

        if (url.Host.Length == 0)
        {
            errors.Add(FieldError.Invalid(path, "", $"host must be specified{Form}"));
        }

        if (url.UserInfo.Length > 0)
        {
            // Not repeated: it may be a password.
            errors.Add(FieldError.Invalid(path, "<user information>", "user information is not permitted in the URL"));
        }

        if (url.Fragment.Length > 1)
        {
            errors.Add(FieldError.Invalid(path, url.Fragment[1..], "fragments are not permitted in the URL"));
        }

        if (url.Query.Length > 1)
        {
            errors.Add(FieldError.Invalid(path, url.Query[1..], "query parameters are not permitted in the URL"));
        }
    }

    private static void ValidateService(JsonObject? service, string path, ICollection<FieldError> errors)
    {
        if (string.IsNullOrEmpty(service.Text("name")))
        {
            errors.Add(FieldError.Required($"{path}.name", "service name is required"));
        }

        if (string.IsNullOrEmpty(service.Text("namespace")))
        {
            errors.Add(FieldError.Required($"{path}.namespace", "service namespace is required"));
        }

        if (service.Integer("port") is { } port && NameRules.PortNumber(port) is { } fault)
        {
            errors.Add(FieldError.Invalid($"{path}.port", port, $"port is not valid: {fault}"));
        }

        if (service.Text("path") is { } urlPath and not ("" or "/"))
        {
            ValidatePath(urlPath, $"{path}.path", errors);
        }
    }

    private static void ValidatePath(string urlPath, string path, ICollection<FieldError> errors)
    {
        if (urlPath[0] != '/')
        {
            errors.Add(FieldError.Invalid(path, urlPath, "must start with a '/'"));
        }

        string[] segments = urlPath[(urlPath[0] == '/' ? 1 : 0)..].Split('/');
        int count = segments.Length > 1 && segments[^1].Length == 0 ? segments.Length - 1 : segments.Length;
        for (int i = 0; i < count; i++)
        {
            string? fault = segments[i].Length == 0 ? " may not be empty" : NameRules.DnsSubdomain(segments[i]) is { } wrong ? $": {wrong}" : null;
            if (fault is not null)
            {
                errors.Add(FieldError.Invalid(path, urlPath, string.Create(CultureInfo.InvariantCulture, $"segment[{i}]{fault}")));
            }
        }
    }

    private static bool IsBundle(string base64)
    {
        try
        {
            var certificates = new X509Certificate2Collection();
            certificates.ImportFromPem(Encoding.ASCII.GetString(Convert.FromBase64String(base64)));
            bool isAny = certificates.Count > 0;
            foreach (X509Certificate2 certificate in certificates)
            {
                certificate.Dispose();
            }

            return isAny;
        }
        catch (Exception e) when (e is CryptographicException or FormatException)
        {
            return false;
        }
    }
}
