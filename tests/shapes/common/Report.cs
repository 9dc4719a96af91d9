using System;

namespace Shapes
{
    /// <summary>What a program did, a line each, and its exit status: 0 when all that it checked was right.</summary>
    internal static class Report
    {
        private static int s_right;
        private static int s_wrong;

        internal static void Line(string format, params object[] arguments)
        {
            Console.WriteLine(format, arguments);
        }

        /// <summary>One thing that the program knows the answer to.</summary>
        internal static bool Check(string what, bool right)
        {
            Console.WriteLine((right ? "ok      " : "FAILED  ") + what);
            if (right) s_right++;
            else s_wrong++;
            return right;
        }

        /// <summary>One answer, which is printed when it is not the right one.</summary>
        internal static bool Equal<T>(string what, T expected, T actual)
        {
            if (expected.Equals(actual)) return Check(what, true);
            return Check(string.Format("{0}: {1} (0x{1:x}) instead of {2} (0x{2:x})", what, actual, expected), false);
        }

        internal static int Finish(string shape)
        {
            Console.WriteLine("{0}: {1} right, {2} wrong", shape, s_right, s_wrong);
            return s_wrong == 0 && s_right > 0 ? 0 : 1;
        }
    }
}
