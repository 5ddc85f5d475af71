using System.Reflection;
using UserAdmin.Core.Common;

namespace UserAdmin.Core.ExternalSignIn;

public static class ExternalProblems
{
    public static readonly Problem Unknown = new(ProblemKind.NotFound, "external.unknown", "There is no such way to sign in.");

    public static readonly Problem Unavailable = new(ProblemKind.Busy, "external.unavailable",
        "The sign-in service can't be reached at this moment. Try again in a few minutes, or sign in another way.");

    public static readonly Problem Denied = new(ProblemKind.Invalid, "external.denied", "The sign-in was cancelled or not allowed there. Nothing has changed here.");

    public static readonly Problem Expired = new(ProblemKind.Invalid, "external.expired",
        "This sign-in took longer than five minutes, was answered already, or began in another browser. Start again.");

    public static readonly Problem Untrusted = new(ProblemKind.Invalid, "external.untrusted",
        "The answer of the sign-in service could not be verified, so it was refused. Start again; if it happens again, tell an administrator.");

    // The same whether or not an account has that email address: nobody learns which exist, and none is taken over by an address alone.
    public static readonly Problem NotLinked = new(ProblemKind.Invalid, "external.not_linked",
        "No account here is linked with that sign-in. If you have an account, sign in with your password first, then link it on your security page.");

    // Whoever comes here proved that the account is theirs, so its state need not be hidden from them.
    public static readonly Problem Closed = new(ProblemKind.NotAllowed, "external.closed",
        "The account linked with that sign-in can't be used at this moment. Ask an administrator.");

    public static readonly Problem LinkedElsewhere = new(ProblemKind.Conflict, "external.linked_elsewhere",
        "That sign-in is linked with another account here. Unlink it there first.");

    public static readonly Problem LinkedAlready = new(ProblemKind.Conflict, "external.linked_already",
        "Your account is linked with another sign-in of this service already. Unlink that one first.");

    public static readonly Problem LastWayIn = new(ProblemKind.Conflict, "external.last_way_in", "This is your only way to sign in. Set a password or add a passkey first.");

    public static readonly Problem NotThere = new(ProblemKind.NotFound, "external.not_there", "This link has been removed already.");

    private static readonly Dictionary<string, Problem> ByCode =
        typeof(ExternalProblems).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => field.GetValue(null)).OfType<Problem>().ToDictionary(problem => problem.Code);

    public static Problem? Find(string? code) => code is null ? null : ByCode.GetValueOrDefault(code);
}
