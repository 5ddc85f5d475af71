using UserAdmin.Core.Sessions;

namespace UserAdmin.Core.Tokens;

/// <summary>How tokens that are made to be kept look: their beginning tells people and scanners for secrets what they are.</summary>
public static class KeptToken
{
    public const string Prefix = "uat_";

    public static int Length { get; } = Create().Length;

    public static string Create() => Prefix + SessionKey.Create();
}
