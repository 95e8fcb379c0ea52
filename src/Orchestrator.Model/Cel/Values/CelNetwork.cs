using System.Net;

namespace Orchestrator.Model.Cel.Values;

/// <summary>An address with the length of a prefix; unlike <see cref="IPNetwork"/> it keeps the bits behind the prefix.</summary>
internal sealed record CelNetwork(IPAddress Address, int PrefixLength)
{
    /// <summary>The network alone.</summary>
    public IPNetwork Masked { get; } = Mask(Address, PrefixLength);

    /// <summary>Null where the text is none.</summary>
    public static CelNetwork? Parse(string text)
    {
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || CelAddress.Parse(text[..slash]) is not { } address)
        {
            return null;
        }

        string length = text[(slash + 1)..];
        int most = address.GetAddressBytes().Length * 8;
        bool isLength = length.Length is > 0 and <= 3 && length.All(char.IsAsciiDigit) && (length == "0" || length[0] != '0');
        return isLength && int.Parse(length, System.Globalization.CultureInfo.InvariantCulture) is var bits && bits <= most ? new CelNetwork(address, bits) : null;
    }

    public override string ToString() => $"{Address}/{PrefixLength}";

    private static IPNetwork Mask(IPAddress address, int length)
    {
        byte[] bytes = address.GetAddressBytes();
        for (int i = 0; i < bytes.Length; i++)
        {
            int kept = Math.Clamp(length - (i * 8), 0, 8);
            bytes[i] &= (byte)(0xFF << (8 - kept));
        }

        return new IPNetwork(new IPAddress(bytes), length);
    }
}

/// <summary>Addresses as Kubernetes takes them: no zones, no leading zeros, no IPv4 in IPv6.</summary>
internal static class CelAddress
{
    public static IPAddress? Parse(string text)
    {
        if (text.Length > 45 || text.Contains('%', StringComparison.Ordinal) || text.Contains('[', StringComparison.Ordinal) || !IPAddress.TryParse(text, out IPAddress? address))
        {
            return null;
        }

        if (!text.Contains(':', StringComparison.Ordinal))
        {
            string[] parts = text.Split('.');
            return parts.Length == 4 && parts.All(p => p == "0" || (p.Length > 0 && p[0] != '0' && p.All(char.IsAsciiDigit))) ? address : null;
        }

        return text.Contains('.', StringComparison.Ordinal) ? null : address;
    }
}
