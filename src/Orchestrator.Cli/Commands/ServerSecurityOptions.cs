using System.CommandLine;
using Orchestrator.Api.Auditing;
using Orchestrator.Api.Security;
using Orchestrator.Api.Security.Oidc;
using Orchestrator.Model.Validation;

namespace Orchestrator.Cli.Commands;

/// <summary>Options of <c>orchestrator server</c> about users: names and meanings as of Kubernetes' API server.</summary>
internal static class ServerSecurityOptions
{
    private static readonly Option<string> Issuer = new("--service-account-issuer")
    {
        Description = "Issuer of service accounts' tokens",
        HelpName = "URL",
        DefaultValueFactory = _ => SecurityOptions.DefaultIssuer,
    };

    private static readonly Option<string[]> Audiences = new("--api-audiences")
    {
        Description = "Audiences that tokens for the API may name, by commas; the issuer by default",
        HelpName = "AUDIENCES",
    };

    private static readonly Option<string?> OidcIssuer = new("--oidc-issuer-url") { Description = "OpenID Connect provider whose users may come (https)", HelpName = "URL" };

    private static readonly Option<string?> OidcClient = new("--oidc-client-id") { Description = "Client of the provider that tokens must be for", HelpName = "ID" };

    private static readonly Option<string> OidcUsernameClaim = new("--oidc-username-claim")
    {
        Description = "Claim that is the user's name",
        HelpName = "CLAIM",
        DefaultValueFactory = _ => "sub",
    };

    private static readonly Option<string?> OidcUsernamePrefix = new("--oidc-username-prefix")
    {
        Description = "Put before users' names; '-' for nothing. By default ISSUER#, or nothing with the claim email",
        HelpName = "PREFIX",
    };

    private static readonly Option<string?> OidcGroupsClaim = new("--oidc-groups-claim") { Description = "Claim with the user's groups", HelpName = "CLAIM" };

    private static readonly Option<string?> OidcGroupsPrefix = new("--oidc-groups-prefix") { Description = "Put before groups' names", HelpName = "PREFIX" };

    private static readonly Option<string[]> OidcRequiredClaims = new("--oidc-required-claim") { Description = "Claim that tokens must have, with its value; repeatable", HelpName = "CLAIM=VALUE" };

    private static readonly Option<string?> OidcCaFile = new("--oidc-ca-file") { Description = "Authorities of the provider's certificate (PEM)", HelpName = "FILE" };

    private static readonly Option<string?> AuditPolicyPath = new("--audit-policy-file") { Description = "What to record of requests (audit.k8s.io/v1 Policy)", HelpName = "FILE" };

    private static readonly Option<string?> AuditLogPath = new("--audit-log-path") { Description = "Where to record it, as lines of JSON; '-' for the standard output", HelpName = "FILE" };

    private static readonly Option<int> AuditLogMaxAge = new("--audit-log-maxage") { Description = "Days to keep old audit logs; 0 for ever", HelpName = "DAYS" };

    private static readonly Option<int> AuditLogMaxBackup = new("--audit-log-maxbackup") { Description = "Old audit logs to keep; 0 for all", HelpName = "COUNT" };

    private static readonly Option<int> AuditLogMaxSize = new("--audit-log-maxsize")
    {
        Description = "Size in MiB at which a new audit log is begun",
        HelpName = "MIB",
        DefaultValueFactory = _ => 100,
    };

    public static void AddTo(Command command)
    {
        Option[] options =
        [
            Issuer, Audiences, OidcIssuer, OidcClient, OidcUsernameClaim, OidcUsernamePrefix, OidcGroupsClaim, OidcGroupsPrefix, OidcRequiredClaims, OidcCaFile,
            AuditPolicyPath, AuditLogPath, AuditLogMaxAge, AuditLogMaxBackup, AuditLogMaxSize,
        ];
        foreach (Option option in options)
        {
            command.Options.Add(option);
        }
    }

    /// <exception cref="CommandFailedException">An option is malformed or lacks another.</exception>
    public static SecurityOptions Read(ParseResult parsed) => new()
    {
        ServiceAccountIssuer = parsed.GetRequiredValue(Issuer),
        ApiAudiences = [.. (parsed.GetValue(Audiences) ?? []).SelectMany(a => a.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))],
        Oidc = ReadOidc(parsed),
        Audit = ReadAudit(parsed),
    };

    private static AuditOptions? ReadAudit(ParseResult parsed)
    {
        string? policyPath = parsed.GetValue(AuditPolicyPath);
        string? logPath = parsed.GetValue(AuditLogPath);
        if (policyPath is null && logPath is null)
        {
            return null;
        }

        if (string.IsNullOrEmpty(policyPath) || string.IsNullOrEmpty(logPath))
        {
            throw new CommandFailedException("--audit-policy-file and --audit-log-path go together");
        }

        if (parsed.GetValue(AuditLogMaxSize) < 1 || parsed.GetValue(AuditLogMaxAge) < 0 || parsed.GetValue(AuditLogMaxBackup) < 0)
        {
            throw new CommandFailedException("--audit-log-maxsize must be at least 1, --audit-log-maxage and --audit-log-maxbackup at least 0");
        }

        return new AuditOptions
        {
            Policy = ReadPolicy(policyPath),
            LogPath = logPath == "-" ? logPath : Path.GetFullPath(logPath),
            MaxAgeDays = parsed.GetValue(AuditLogMaxAge),
            MaxBackups = parsed.GetValue(AuditLogMaxBackup),
            MaxSizeMegabytes = parsed.GetValue(AuditLogMaxSize),
        };
    }

    private static AuditPolicy ReadPolicy(string path)
    {
        try
        {
            using var text = new StreamReader(path);
            var errors = new List<FieldError>();
            return AuditPolicyFile.Parse(text, errors) ?? throw new CommandFailedException($"--audit-policy-file: {path}: {string.Join("; ", errors)}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException($"--audit-policy-file: {e.Message}");
        }
    }

    private static OidcOptions? ReadOidc(ParseResult parsed)
    {
        string? url = parsed.GetValue(OidcIssuer);
        string? client = parsed.GetValue(OidcClient);
        if (url is null && client is null)
        {
            return null;
        }

        if (string.IsNullOrEmpty(url) || string.IsNullOrEmpty(client))
        {
            throw new CommandFailedException("--oidc-issuer-url and --oidc-client-id go together");
        }

        if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? issuer) || issuer.Scheme != Uri.UriSchemeHttps)
        {
            throw new CommandFailedException($"--oidc-issuer-url: \"{url}\" is no https URL");
        }

        string? file = parsed.GetValue(OidcCaFile);
        if (file is not null && !File.Exists(file))
        {
            throw new CommandFailedException($"--oidc-ca-file: there is no file '{file}'");
        }

        string? prefix = parsed.GetValue(OidcUsernamePrefix);
        return new OidcOptions
        {
            IssuerUrl = issuer,
            ClientId = client,
            UsernameClaim = parsed.GetRequiredValue(OidcUsernameClaim),
            UsernamePrefix = prefix == "-" ? "" : prefix,
            GroupsClaim = parsed.GetValue(OidcGroupsClaim),
            GroupsPrefix = parsed.GetValue(OidcGroupsPrefix) ?? "",
            RequiredClaims = RequiredClaims(parsed.GetValue(OidcRequiredClaims) ?? []),
            CaFile = file,
        };
    }

    private static Dictionary<string, string> RequiredClaims(IEnumerable<string> given)
    {
        var claims = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string pair in given)
        {
            if (pair.Split('=', 2) is not [{ Length: > 0 } claim, var value])
            {
                throw new CommandFailedException($"--oidc-required-claim: '{pair}' is not CLAIM=VALUE");
            }

            claims[claim] = value;
        }

        return claims;
    }
}
