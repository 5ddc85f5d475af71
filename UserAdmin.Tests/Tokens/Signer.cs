using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace UserAdmin.Tests.Tokens;

/// <summary>Signs tokens as a provider does, and as somebody who pretends to be one.</summary>
public sealed class Signer : IDisposable
{
    public RSA Rsa { get; } = RSA.Create(2048);

    public ECDsa Curve { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>The public keys; each is named after its algorithm.</summary>
    public string KeySet
    {
        get
        {
            var (rsa, point) = (Rsa.ExportParameters(false), Curve.ExportParameters(false).Q);
            return $$"""{"keys":[{"kty":"RSA","use":"sig","kid":"RS256","n":"{{Base64Url.EncodeToString(rsa.Modulus!)}}","e":"{{Base64Url.EncodeToString(rsa.Exponent!)}}"},"""
                + $$"""{"kty":"EC","use":"sig","kid":"ES256","crv":"P-256","x":"{{Base64Url.EncodeToString(point.X!)}}","y":"{{Base64Url.EncodeToString(point.Y!)}}"}]}""";
        }
    }

    public string Sign(string algorithm, string claims, string? kid = null, string more = "")
    {
        var unsigned = $"{Encode($$"""{"alg":"{{algorithm}}","kid":"{{kid ?? algorithm}}"{{more}}}""")}.{Encode(claims)}";
        var data = Encoding.ASCII.GetBytes(unsigned);
        var signature = algorithm == "ES256"
            ? Curve.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation)
            : Rsa.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return $"{unsigned}.{Base64Url.EncodeToString(signature)}";
    }

    public static string Seconds(DateTimeOffset now, int later) => (now.ToUnixTimeSeconds() + later).ToString(CultureInfo.InvariantCulture);

    public static string Json(IEnumerable<KeyValuePair<string, string>> members) => $"{{{string.Join(',', members.Select(member => $"\"{member.Key}\":{member.Value}"))}}}";

    public void Dispose()
    {
        Rsa.Dispose();
        Curve.Dispose();
    }

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}
